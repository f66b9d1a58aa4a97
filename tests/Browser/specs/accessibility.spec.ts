import { expect, test } from '@playwright/test';
import { expectAccessible } from '../support/axe';
import { enter } from '../support/pages';
import { scan, send } from '../support/stack';
import { checkStates, themes, usual } from '../support/states';

test.beforeAll(() => send([scan({ campaignContext: { campaignId: 'camp_axe', campaignName: 'Axe' } })]));

checkStates((name) => usual.includes(name));

test('the menu of a phone: no violation, and Escape closes it', async ({ page }) => {
  await page.setViewportSize({ width: 375, height: 812 });
  await enter(page, 'analyst');
  await page.goto('/definitions');
  await page.getByRole('button', { name: 'Open the menu' }).click();
  await expect(page.getByRole('link', { name: 'Status' })).toBeVisible();
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page, `the menu, ${colorScheme}`);
  }
  await page.keyboard.press('Escape');
  await expect(page.getByRole('link', { name: 'Status' })).toBeHidden();
});
