import { randomUUID } from 'node:crypto';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { logIn, watchConsole } from '../support/pages';
import { type Answer, query, scan, type ScanEvent, send, tokenOf } from '../support/stack';

const run = randomUUID().slice(0, 8);
const metrics = ['total_scans', 'unique_visitors', 'conversion_rate', 'revenue'];
// Two ended fortnights, so that nobody else's events move them.
const current = { from: '2026-05-15', to: '2026-05-28' };
const previous = { from: '2026-05-01', to: '2026-05-14' };

const address = `/?from=${current.from}&to=${current.to}`;

const count = (value: unknown): string => (value === null ? '–' : new Intl.NumberFormat('en-US').format(Number(value)));
const money = (value: unknown): string =>
  value === null ? '–' : new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).format(Number(value)).replace('-', '−');
const percent = (value: unknown): string =>
  value === null ? '–' : new Intl.NumberFormat('en-US', { style: 'percent', minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(Number(value));
const shown = (row: (string | number | null)[]): string[] => [count(row[0]), count(row[1]), percent(row[2]), money(row[3])];

/** Events of three campaigns and of none, across a change of day in the tenant's zone; some visitors in several campaigns. */
function events(): ScanEvent[] {
  const made: ScanEvent[] = [];
  for (const [range, step] of [[current, 3], [previous, 5]] as const) {
    for (let hour = 0; hour < 14 * 24; hour += step) {
      const at = new Date(Date.parse(`${range.from}T07:30:00Z`) + hour * 3_600_000).toISOString();
      const sessionId = `ses_${run}_${range.from}_${hour}`;
      const visitorId = `vis_${run}_${hour % 17}`;
      const campaign = hour % 4 === 3 ? {} : { campaignContext: { campaignId: `camp_${run}_${hour % 4}`, campaignName: `Browser ${run} no. ${hour % 4}` } };
      made.push(scan({ timestamp: at, sessionId, visitorId, ...campaign }));
      if (hour % 7 === 0) {
        const behaviorMetrics = { conversionEvents: ['signup'], revenueAttribution: 12.34 + hour };
        made.push(scan({ eventType: 'CONVERSION', timestamp: at.replace(':30:', ':35:'), sessionId, visitorId, behaviorMetrics }));
      }
    }
  }
  return made;
}

const rows = async (table: Locator): Promise<string[][]> =>
  table.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.querySelectorAll('th, td')].map((cell) => (cell as HTMLElement).innerText.trim())));

async function open(page: Page, user: string): Promise<void> {
  await logIn(page, user);
  await page.goto(address);
  await expect(page.getByRole('region', { name: 'Total scans', exact: true })).toHaveAttribute('aria-busy', 'false');
}

test.describe('the overview', () => {
  test.beforeAll(async () => {
    await send(events());
    const token = await tokenOf('analyst');
    const of = (total: Answer): number => Number(total.rows[0]?.[0]);
    await expect
      .poll(async () => of(await query(token, { metrics: ['total_scans'], filters: [{ dimension: 'campaign_id', operator: 'eq', values: [`camp_${run}_0`] }], dateRange: current })), { timeout: 30_000 })
      .toBe(28);
  });

  test('shows the figures that the query API gives, by total, day and campaign', async ({ page }) => {
    const quiet = watchConsole(page);
    const token = await tokenOf('analyst');
    const [now, before, days, daysBefore, campaigns] = await Promise.all([
      query(token, { metrics, dateRange: current }),
      query(token, { metrics, dateRange: previous }),
      query(token, { metrics: ['total_scans'], dimensions: ['day'], dateRange: current }),
      query(token, { metrics: ['total_scans'], dimensions: ['day'], dateRange: previous }),
      query(token, { metrics, dimensions: ['campaign_name'], dateRange: current }),
    ]);
    await open(page, 'analyst');

    const names = ['Total scans', 'Unique visitors', 'Conversion rate', 'Revenue'];
    const [totals, totalsBefore] = [shown(now.rows[0] ?? []), shown(before.rows[0] ?? [])];
    for (const [index, name] of names.entries()) {
      const card = page.getByRole('region', { name, exact: true });
      await expect(card).toContainText(totals[index] ?? '');
      if (name !== 'Conversion rate') await expect(card).toContainText(`from ${totalsBefore[index]}`);
    }

    const change = ((Number(now.rows[0]?.[0]) - Number(before.rows[0]?.[0])) / Number(before.rows[0]?.[0])) * 100;
    await expect(page.getByRole('region', { name: 'Total scans', exact: true })).toContainText(`up ${change.toFixed(1)}%`);
    await expect(page.getByText(`Total scans rose to ${totals[0]} (+${change.toFixed(1)}%)`)).toBeVisible();

    await page.getByRole('group', { name: 'Show as' }).getByRole('radio', { name: 'Table' }).check();
    const daily = await rows(page.getByRole('table', { name: /^Total scans per day/ }));
    expect(daily).toHaveLength(14);
    const perDay = (answer: Answer) => new Map(answer.rows.map(([day, scans]) => [new Date(`${day}T00:00:00Z`).toLocaleDateString('en-US', { timeZone: 'UTC', weekday: 'short', month: 'short', day: 'numeric', year: 'numeric' }), count(scans)]));
    const [expected, expectedBefore] = [perDay(days), perDay(daysBefore)];
    for (const [day, value, dayBefore, valueBefore] of daily) {
      expect(value, day).toBe(expected.get(day ?? '') ?? '0');
      expect(valueBefore, dayBefore).toBe(expectedBefore.get(dayBefore ?? '') ?? '0');
    }

    const table = page.getByRole('table', { name: 'Campaigns' });
    const byName = new Map((await rows(table)).map(([name, scans, , visitors, rate, revenue]) => [name, [scans, visitors, rate, revenue]]));
    expect(byName.size).toBe(campaigns.rows.length);
    for (const [name, ...values] of campaigns.rows) expect(byName.get(String(name ?? 'Without campaign')), String(name)).toEqual(shown(values));
    const sums = await table.locator('tfoot tr').locator('th, td').allInnerTexts();
    expect([sums[1], sums[3], sums[4], sums[5]]).toEqual(totals);
    quiet();
  });

  test('draws the line with both periods, without a single style that the content policy refuses', async ({ page }) => {
    const quiet = watchConsole(page);
    await open(page, 'analyst');
    const chart = page.getByRole('img', { name: /^Line chart, Total scans per day/ });
    await expect(chart.locator('path[stroke*="series-1"]').first()).toBeAttached();
    await expect(chart.locator('path[stroke*="series-previous"]').first()).toBeAttached();
    await chart.hover();
    await expect(page.getByText(/, May \d+, 2026$/).first()).toBeVisible();
    quiet();
  });

  test('keeps period, figure and order in the address, and sorts', async ({ page }) => {
    await open(page, 'analyst');
    await page.getByRole('group', { name: 'Figure' }).getByRole('radio', { name: 'Revenue' }).check();
    await expect(page.getByRole('region', { name: 'Revenue per day' })).toBeVisible();
    await page.getByRole('button', { name: 'Campaign', exact: true }).click();
    await expect(page.getByRole('columnheader', { name: 'Campaign' })).toHaveAttribute('aria-sort', 'ascending');
    const names = (await rows(page.getByRole('table', { name: 'Campaigns' }))).map(([name]) => name ?? '');
    expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b, 'en', { sensitivity: 'base', numeric: true })));

    await page.reload();
    await expect(page.getByRole('region', { name: 'Revenue per day' })).toBeVisible();
    await expect(page.getByRole('columnheader', { name: 'Campaign' })).toHaveAttribute('aria-sort', 'ascending');

    await page.getByRole('button', { name: /Custom range/ }).click();
    await page.getByLabel('First day').fill('2026-06-02');
    await page.getByLabel('Last day').fill('2026-06-01');
    await page.getByRole('button', { name: 'Show this range' }).click();
    await expect(page.getByRole('alert')).toHaveText('The first day is after the last day.');
    await page.getByRole('button', { name: 'Last 7 days' }).click();
    await expect(page).toHaveURL(/period=7d/);
    await expect(page).not.toHaveURL(/from=/);
  });

  test('says what a figure means, and leads to its definition', async ({ page }) => {
    await open(page, 'analyst');
    await page.getByRole('button', { name: 'What unique visitors means' }).first().click();
    await expect(page.getByText(/Distinct visitors of scans/).first()).toBeVisible();
    await page.getByRole('link', { name: 'Full definition' }).filter({ visible: true }).click();
    await expect(page.locator('#unique_visitors')).toBeInViewport();
  });

  test('shows a marketer the granted campaigns only', async ({ page }) => {
    await logIn(page, 'marketer');
    await page.goto(address);
    await expect(page.getByText('camp_holiday_2025')).toBeVisible();
    await expect(page.getByText(`Browser ${run}`)).toHaveCount(0);
    const token = await tokenOf('marketer');
    const now = await query(token, { metrics: ['total_scans'], dateRange: current });
    const before = await query(token, { metrics: ['total_scans'], dateRange: previous });
    if (now.rows[0]?.[0] === 0 && before.rows[0]?.[0] === 0) await expect(page.getByText(/^No scans from/)).toBeVisible();
    else await expect(page.getByRole('region', { name: 'Total scans', exact: true })).toContainText(count(now.rows[0]?.[0]));
  });

  test('shows compliance officers no revenue, and no figures over time', async ({ page }) => {
    await logIn(page, 'compliance');
    await expect(page.getByText('Scans today')).toBeVisible();
    await expect(page.getByText(/revenue today/i)).toHaveCount(0);
    await expect(page.getByRole('region', { name: 'Revenue' })).toHaveCount(0);
    await expect(page.getByRole('link', { name: 'Definitions' })).toHaveCount(0);
    await page.goto('/definitions');
    await expect(page.getByText('Your role may not see Definitions.')).toBeVisible();
  });

  test('leads an operator to the page that operators have', async ({ page }) => {
    await logIn(page, 'operator');
    await expect(page.getByRole('heading', { level: 1, name: 'Status' })).toBeVisible();
    await expect(page.getByRole('navigation', { name: 'Pages' }).getByRole('link')).toHaveText(['Status']);
  });

  test('prints the figures without what is only for screens', async ({ page }) => {
    await open(page, 'analyst');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await expect(page.getByRole('navigation', { name: 'Pages' })).toBeHidden();
    await expect(page.getByRole('button', { name: /Custom range/ })).toBeHidden();
    await expect(page.getByRole('region', { name: 'Revenue', exact: true })).toBeVisible();
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe('rgb(255, 255, 255)');
  });
});
