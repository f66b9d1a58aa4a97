import { expect, type Page } from '@playwright/test';

/** Logs in as people do. */
export async function logIn(page: Page, user: string, password = 'demo'): Promise<void> {
  await page.goto('/');
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('navigation', { name: 'Pages' })).toBeAttached();
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
