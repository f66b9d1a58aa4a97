import { expect, test } from '@playwright/test';
import { logIn, watchConsole } from '../support/pages';

test('a wrong password is refused in words, the right one leads to the first page', async ({ page }) => {
  const quiet = watchConsole(page, /401/);
  await page.goto('/');
  await page.getByLabel('User name').fill('analyst');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('alert')).toContainText('The user name or the password is wrong.');

  await page.getByLabel('Password').fill('demo');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  quiet();
});

test('logging out leads back, and nothing of the session stays', async ({ page }) => {
  await logIn(page, 'analyst');
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByText('You are logged out.')).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  await page.goto('/definitions');
  await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
});
