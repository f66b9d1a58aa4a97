import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../support/axe';
import { watchConsole } from '../support/pages';
import { kill } from '../support/processes';
import { dashboard, dataDirectory } from '../support/stack';

test.beforeEach(() => {
  test.skip(!dashboard.token || !dataDirectory, 'QR_DASHBOARD_TOKEN and QR_DATA_DIR are not given');
});

async function enter(page: Page): Promise<void> {
  await page.goto(`${dashboard.url}/login?t=${dashboard.token}`);
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible();
}

const row = (page: Page, name: string) => page.locator(`tr[data-resource="${name}"]`);

test('the operations page shows a killed service restarting', async ({ page }) => {
  const complaints = watchConsole(page);
  await enter(page);
  const service = row(page, 'reporting');
  await expect(service).toHaveAttribute('data-health', 'healthy', { timeout: 30_000 });
  const restarts = Number(await service.locator('.restarts').textContent());
  const pid = await service.locator('.started').textContent();
  // What is seen for a fraction of a second only is noted by the page itself.
  await service.evaluate((element) => {
    const seen = new Set<string>();
    Object.assign(window, { seen });
    new MutationObserver(() => seen.add((element as HTMLElement).dataset.state ?? '')).observe(element, { attributes: true });
  });

  expect(kill(dataDirectory!, 'reporting')).toBeGreaterThan(0);

  await expect(service.locator('.restarts')).toHaveText(String(restarts + 1), { timeout: 20_000 });
  await expect(service.locator('.exit')).toContainText('last exit 137');
  await expect(service).toHaveAttribute('data-state', 'running', { timeout: 30_000 });
  await expect(service).toHaveAttribute('data-health', 'healthy');
  expect(await service.locator('.started').textContent()).not.toBe(pid);
  expect(await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen])).toEqual(expect.arrayContaining(['restarting', 'starting']));
  complaints();
});

test('a service is stopped and started by keyboard, and stays stopped in between', async ({ page }) => {
  await enter(page);
  const service = row(page, 'alerting');
  await expect(service).toHaveAttribute('data-state', 'running', { timeout: 30_000 });

  await service.getByRole('button', { name: 'Stop alerting' }).press('Enter');
  await expect(service).toHaveAttribute('data-state', 'stopped', { timeout: 20_000 });
  await expect(page.getByText('alerting: stopped')).toBeVisible();
  await expect(service.getByRole('button', { name: 'Start alerting' })).toBeFocused();

  await page.keyboard.press('Enter');
  await expect(service).toHaveAttribute('data-state', 'running', { timeout: 30_000 });
});

test('stopping what others need is asked about first', async ({ page }) => {
  await enter(page);
  await row(page, 'postgres').getByRole('button', { name: 'Stop postgres' }).click();

  const dialog = page.getByRole('dialog', { name: 'Stop postgres?' });
  await expect(dialog).toContainText('projection');
  await expectAccessible(page, 'dialog');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  await expect(row(page, 'postgres')).toHaveAttribute('data-state', 'running');
});

test('a console is followed, filtered and paused', async ({ page }) => {
  const complaints = watchConsole(page);
  await enter(page);
  await row(page, 'rabbitmq').getByRole('link', { name: 'Logs of rabbitmq' }).click();
  const console = page.getByRole('log', { name: 'Console output' });
  await expect(console).toContainText('Server startup complete');

  await page.getByLabel('Filter').fill('STARTUP complete');
  await expect(console.locator('.line:visible')).toHaveCount(await console.locator('.line', { hasText: /startup complete/i }).count());
  await expect(page.getByText(/^\d+ of the last \d+ lines$/)).toBeVisible();

  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toHaveAttribute('aria-pressed', 'true');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download' }).click();
  expect((await download).suggestedFilename()).toBe('rabbitmq.log');
  complaints();
});

test('colours are kept and everything else that terminals obey is not', async ({ page }) => {
  await enter(page);
  const parse = (line: string) => page.evaluate(async (text) => {
    const { parse } = (await import('/assets/ansi.js' as string)) as { parse(line: string): { text: string; style: string }[] };
    return parse(text);
  }, line);

  expect(await parse('a\u001b[31;1mb\u001b[0mc')).toEqual([{ text: 'a', style: '' }, { text: 'b', style: 'c-red bold' }, { text: 'c', style: '' }]);
  expect(await parse('\u001b[38;5;31mx\u001b[38;2;1;2;34my\u001b[49m')).toEqual([{ text: 'x', style: '' }, { text: 'y', style: '' }]);
  expect(await parse('\u001b]0;title\u0007\u001b[2J\u001b[1;1H\u001bP1$q\u001b\\\u202e<b>\b\r&amp;')).toEqual([{ text: '<b>&amp;', style: '' }]);
});

test('who is not logged in sees a form, and is told when the token is wrong', async ({ page }) => {
  await page.goto(dashboard.url);
  await expect(page).toHaveURL(/\/login$/);
  await page.getByLabel('Token').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('alert')).toContainText('not the token of this run');
  await expectAccessible(page, 'refused login');
  await page.getByLabel('Token').fill(dashboard.token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { name: 'Resources' })).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [375, 1440]) {
    test(`every page is accessible, ${colorScheme}, ${width} px wide`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await enter(page);
      for (const name of ['Resources', 'Console logs', 'Traces']) {
        await page.getByRole('link', { name, exact: true }).click();
        await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
        await expectAccessible(page, `${name}, ${colorScheme}, ${width}`);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${name} fits the window`).toBeLessThanOrEqual(0);
      }
    });
  }
}
