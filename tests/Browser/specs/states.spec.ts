import { expect, test } from '@playwright/test';
import { logIn } from '../support/pages';
import { scan, send } from '../support/stack';

const figure = '[data-metric="total_scans"]';

test('a session that has expired leads to the log-in, and from there back to the same page', async ({ page }) => {
  await logIn(page, 'analyst');
  await page.goto('/definitions');
  await expect(page.locator('#revenue')).toBeAttached(); // nothing is under way that the refusal could meet before the page is loaded again
  await expect(page.getByText('Analyst · Demo')).toBeVisible();
  await page.route('**/v1/**', (route) => route.fulfill({ status: 401, json: { title: 'A valid token is needed.' } }));
  await page.reload();
  await expect(page.getByText('Your session has expired.')).toBeVisible();
  await page.unroute('**/v1/**');
  await page.getByLabel('User name').fill('analyst');
  await page.getByLabel('Password').fill('demo');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Definitions' })).toBeVisible();
});

test('a token that ends while the page is open ends the session', async ({ page }) => {
  await logIn(page, 'analyst');
  await page.clock.install();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  await page.clock.fastForward('01:00:30');
  await expect(page.getByText('Your session has expired.')).toBeVisible();
});

test.describe('the log-in', () => {
  for (const { what, answer, words } of [
    { what: 'too many guesses', answer: { status: 429, headers: { 'retry-after': '30' }, json: { title: 'Too many wrong passwords.' } }, words: 'Try again in 30 seconds.' },
    { what: 'a gateway that is not ready', answer: { status: 503, json: { title: 'The gateway is still preparing its user directory.' } }, words: 'The gateway is still preparing' },
    { what: 'an error without words', answer: { status: 500, body: 'oh' }, words: 'The platform made an error.' },
  ]) {
    test(`says ${what}`, async ({ page }) => {
      await page.route('**/auth/token', (route) => route.fulfill(answer));
      await page.goto('/login');
      await page.getByLabel('User name').fill('analyst');
      await page.getByLabel('Password').fill('demo');
      await page.getByRole('button', { name: 'Log in' }).click();
      await expect(page.getByRole('alert')).toContainText(words);
    });
  }

  test('says that there is no connection', async ({ page, context }) => {
    await page.goto('/login');
    await context.setOffline(true);
    await page.getByLabel('User name').fill('analyst');
    await page.getByLabel('Password').fill('demo');
    await page.getByRole('button', { name: 'Log in' }).click();
    await expect(page.getByRole('alert')).toContainText('You are offline.');
  });

  test('leads to no other site', async ({ page }) => {
    await page.goto('/login?next=%2F%2Fexample.org%2F');
    await page.getByLabel('User name').fill('analyst');
    await page.getByLabel('Password').fill('demo');
    await page.getByRole('button', { name: 'Log in' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
    expect(new URL(page.url()).pathname).toBe('/');
  });
});

test('figures that cannot be renewed stay, and say of when they are', async ({ page }) => {
  await send([scan()]);
  await logIn(page, 'analyst');
  await expect(page.locator(figure)).toHaveAttribute('aria-busy', 'false');
  await page.route('**/v1/query', (route) => route.fulfill({ status: 422, json: { title: 'The query is too expensive.', detail: 'Ask for fewer days.' } }));
  await send([scan()]); // the live counter moves, so the page asks again
  await expect(page.getByText('The query is too expensive.')).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText(/These are the figures as of .* Ask for fewer days\./)).toBeVisible();
  await expect(page.locator(figure)).toBeVisible();

  await page.unroute('**/v1/query');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('The query is too expensive.')).toBeHidden();
});

test('a part that is away for a moment is asked again without a word', async ({ page }) => {
  let refusals = 0;
  await page.route('**/v1/query', (route) => (refusals++ < 6 ? route.fulfill({ status: 503, headers: { 'retry-after': '0' }, json: { title: 'away' } }) : route.continue()));
  await logIn(page, 'analyst');
  await expect(page.locator(figure)).toHaveAttribute('aria-busy', 'false', { timeout: 20_000 });
  await expect(page.getByText('away')).toHaveCount(0);
});

test('the theme that was chosen stays, and comes before the first paint', async ({ page }) => {
  await logIn(page, 'analyst');
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.getByRole('group', { name: 'Theme' }).getByTitle('Dark').click();
  const dark = await ground();
  expect(dark).not.toBe(light);
  await page.route('**/assets/*.js', (route) => route.abort());
  await page.reload({ waitUntil: 'commit' });
  await expect.poll(ground).toBe(dark);
});
