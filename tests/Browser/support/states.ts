import { expect, type Page, test } from '@playwright/test';
import { expectAccessible } from './axe';
import { enter } from './pages';

const sizes = [
  { width: 375, height: 812 },
  { width: 1440, height: 900 },
];

type State = { name: string; user?: string; path: string; prepare?: (page: Page) => Promise<unknown>; ready: (page: Page) => Promise<void> };

const figures = async (page: Page): Promise<void> => {
  await expect(page.getByRole('region', { name: 'Total scans', exact: true })).toHaveAttribute('aria-busy', 'false');
  await expect(page.getByRole('img', { name: /^Line chart/ })).toBeVisible();
  await expect(page.locator('[data-live="total"]')).toBeVisible();
};

/** Every page, and every state that one can be in. */
const states: State[] = [
  { name: 'log in', path: '/login', ready: (page) => expect(page.getByLabel('User name')).toBeVisible() },
  {
    name: 'a refused log-in',
    path: '/login',
    ready: async (page) => {
      await page.getByLabel('User name').fill('nobody');
      await page.getByLabel('Password').fill('wrong');
      await page.getByRole('button', { name: 'Log in' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  { name: 'overview', user: 'analyst', path: '/', ready: figures },
  { name: 'one day', user: 'analyst', path: '/?period=today', ready: figures },
  {
    name: 'as a table',
    user: 'analyst',
    path: '/?period=7d',
    ready: async (page) => {
      await figures(page);
      await page.getByRole('group', { name: 'Show as' }).getByRole('radio', { name: 'Table' }).check();
      await expect(page.getByRole('table', { name: /per day/ })).toBeVisible();
    },
  },
  {
    name: 'choosing a period',
    user: 'analyst',
    path: '/',
    ready: async (page) => {
      await figures(page);
      await page.getByRole('button', { name: /^Last 30 days/ }).click();
      await page.getByLabel('First day').fill('');
      await page.getByRole('button', { name: 'Show this range' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  {
    name: 'an explanation',
    user: 'analyst',
    path: '/',
    ready: async (page) => {
      await figures(page);
      await page.getByRole('button', { name: 'What revenue means' }).first().click();
      await expect(page.getByText(/Revenue less refunds/).first()).toBeVisible();
    },
  },
  { name: 'nothing there', user: 'analyst', path: '/?from=1999-01-01&to=1999-01-31', ready: (page) => expect(page.getByText(/^No scans from/)).toBeVisible() },
  {
    name: 'loading',
    user: 'analyst',
    path: '/',
    prepare: (page) => page.route('**/v1/query', () => undefined),
    ready: (page) => expect(page.locator('[aria-busy="true"]').first()).toBeVisible(),
  },
  {
    name: 'figures that cannot be had',
    user: 'analyst',
    path: '/',
    prepare: (page) => page.route('**/v1/query', (route) => route.fulfill({ status: 403, json: { title: 'The token’s role may not do this.' } })),
    ready: (page) => expect(page.getByRole('alert')).toBeVisible(),
  },
  {
    name: 'a stream that is refused',
    user: 'analyst',
    path: '/',
    prepare: (page) => page.route('**/v1/live', (route) => route.fulfill({ status: 403, json: { title: 'Not for you.' } })),
    ready: (page) => expect(page.getByText('Not for you.')).toBeVisible(),
  },
  { name: 'a compliance officer’s overview', user: 'compliance', path: '/', ready: (page) => expect(page.locator('[data-live="total"]')).toBeVisible() },
  { name: 'a forbidden page', user: 'operator', path: '/definitions', ready: (page) => expect(page.getByText(/^Your role may not see/)).toBeVisible() },
  { name: 'definitions', user: 'analyst', path: '/definitions#revenue', ready: (page) => expect(page.locator('#revenue')).toBeInViewport() },
  { name: 'status', user: 'operator', path: '/status', ready: (page) => expect(page.getByRole('list', { name: 'Parts' })).toBeVisible() },
  { name: 'no such page', user: 'analyst', path: '/nowhere', ready: (page) => expect(page.getByText('There is no such page.')).toBeVisible() },
];

export const themes = ['light', 'dark'] as const;

async function expectGood(page: Page, state: string): Promise<void> {
  for (const viewport of sizes) {
    await page.setViewportSize(viewport);
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme });
      await test.step(`${colorScheme}, ${viewport.width} px`, async () => {
        await expectAccessible(page, `${state}, ${colorScheme}, ${viewport.width} px`);
        const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(excess, `${state}: the page is not wider than a window of ${viewport.width} px`).toBeLessThanOrEqual(0);
      });
    }
  }
}

/** One test for each of the states that are asked for: accessible, and not wider than the window, in both themes, on a phone and wide. */
export function checkStates(isWanted: (name: string) => boolean): void {
  for (const state of states.filter(({ name }) => isWanted(name))) {
    test(`${state.name}: no violation in both themes, on a phone and wide`, async ({ page }) => {
      if (state.user) await enter(page, state.user);
      await state.prepare?.(page);
      await page.goto(state.path);
      await state.ready(page);
      await expectGood(page, state.name);
    });
  }
}

/** States that are pages as they usually are; the others are what may happen to them. */
export const usual = ['log in', 'a refused log-in', 'overview', 'as a table', 'definitions', 'status'];
