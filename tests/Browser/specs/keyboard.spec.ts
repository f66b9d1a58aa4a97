import { expect, type Page, test } from '@playwright/test';
import { scan, send } from '../support/stack';

/** What has the focus, and whether one can see that. */
const focused = (page: Page): Promise<{ name: string; isVisible: boolean }> =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    // A radio button's ring is drawn around its label.
    const drawn = element instanceof HTMLInputElement && element.type === 'radio' ? (element.nextElementSibling as HTMLElement) : element;
    const style = getComputedStyle(drawn);
    return {
      name: (element.getAttribute('aria-label') ?? element.textContent ?? '').trim() || element.id,
      isVisible: style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2,
    };
  });

async function tabTo(page: Page, name: string | RegExp, most = 60): Promise<void> {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    expect(now.isVisible, `the focus on “${now.name}” can be seen`).toBe(true);
    if (typeof name === 'string' ? now.name === name : name.test(now.name)) return;
  }
  throw new Error(`The keyboard does not get to ${String(name)}.`);
}

test('everything from the log-in to a sorted table works by keyboard alone', async ({ page }) => {
  await send([scan({ campaignContext: { campaignId: 'camp_keys_1', campaignName: 'Keys 1' } }), scan({ campaignContext: { campaignId: 'camp_keys_2', campaignName: 'Keys 2' } })]);
  await page.goto('/');
  await expect(page.getByLabel('User name')).toBeVisible();
  await tabTo(page, 'username');
  await page.keyboard.type('analyst');
  await tabTo(page, 'password');
  await page.keyboard.type('demo');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Total scans', exact: true })).toHaveAttribute('aria-busy', 'false');
  await expect(page.getByRole('table', { name: 'Campaigns' })).toBeVisible();

  await tabTo(page, 'Skip to the content');
  await page.keyboard.press('Enter');
  await expect(page.locator('#main')).toBeFocused();

  await tabTo(page, /^Last 30 days/);
  await page.keyboard.press('Enter');
  await tabTo(page, 'Last 7 days');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /^Last 7 days/ }).first()).toBeFocused();
  await expect(page).toHaveURL(/period=7d/);

  await tabTo(page, 'Revenue');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('columnheader', { name: /^Revenue/ })).toHaveAttribute('aria-sort', 'descending');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('columnheader', { name: /^Revenue/ })).toHaveAttribute('aria-sort', 'ascending');
});

test('an explanation opens and closes by keyboard, and gives the focus back', async ({ page }) => {
  await page.goto('/');
  await page.getByLabel('User name').fill('analyst');
  await page.getByLabel('Password').fill('demo');
  await page.keyboard.press('Enter');
  const button = page.getByRole('button', { name: 'What total scans means' }).first();
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^Scans and rescans/).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByText(/^Scans and rescans/).first()).toBeHidden();
  await expect(button).toBeFocused();
});
