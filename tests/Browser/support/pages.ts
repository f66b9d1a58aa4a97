import { expect, type Page } from '@playwright/test';
import { tokenOf } from './stack';

/** Logs in as people do. */
export async function logIn(page: Page, user: string, password = 'demo'): Promise<void> {
  await page.goto('/');
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.locator('#navigation')).toBeAttached();
}

/** Begins a session without the log-in page, for specs that are about something else. */
export async function enter(page: Page, user: string): Promise<void> {
  const token = await tokenOf(user);
  await page.addInitScript((value) => sessionStorage.setItem('qr.session', value), token);
}

/** Fails, at the end of a test, with whatever the page's console complained about: refused content, broken code. */
export function watchConsole(page: Page, allowed: RegExp = /^$/): () => void {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !allowed.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return () => expect(complaints, 'complaints on the console').toEqual([]);
}
