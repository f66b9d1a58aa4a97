import { describe, expect, it } from 'vitest';
import { metricViews } from '@/lib/metrics';
import { resolvePeriod } from '@/lib/period';
import { sorted } from '@/ui/sort';
import { campaignsOf, campaignTakeaway, comparisonWords, pointsOf, takeawayOf } from './model';
import { questionsFor } from './questions';

const zone = 'America/Los_Angeles';
const week = resolvePeriod({ period: '7d' }, Date.parse('2026-11-21T22:10:00Z'), zone); // Saturday, 14:10
const day = resolvePeriod({ period: 'today' }, Date.parse('2026-11-21T22:10:00Z'), zone);
const scans = metricViews.total_scans;

describe('questions', () => {
  it('asks for no revenue where none may be seen', () => expect(JSON.stringify(questionsFor(week, false))).not.toContain('revenue'));

  it('compares a running period with the same hours, by totals and by campaign, but draws the whole line', () => {
    const { now, before, lineBefore, campaignsBefore } = questionsFor(week, true);
    const cut = [{ dimension: 'hour', operator: 'lte', values: ['2026-11-14T22:00:00+00:00'] }];
    expect(now).toMatchObject({ dateRange: { from: '2026-11-15', to: '2026-11-21' } });
    expect(now.filters).toBeUndefined();
    expect(before).toMatchObject({ dateRange: { from: '2026-11-08', to: '2026-11-14' }, filters: cut });
    expect(campaignsBefore.filters).toEqual(cut);
    expect(lineBefore.filters).toBeUndefined();
  });

  it('goes by hours for a single day', () => expect(questionsFor(day, true).line.dimensions).toEqual(['hour_of_day']));
});

describe('points', () => {
  it('puts days side by side, with zero where nothing was scanned', () => {
    const points = pointsOf(week, scans, [{ day: '2026-11-16', total_scans: 5 }], [{ day: '2026-11-08', total_scans: 7 }], 14);
    expect(points.map((point) => point.value)).toEqual([0, 5, 0, 0, 0, 0, 0]);
    expect(points.map((point) => point.previous)).toEqual([7, 0, 0, 0, 0, 0, 0]);
    expect(points.map((point) => point.isPartial)).toEqual([false, false, false, false, false, false, true]);
    expect(points[1]).toMatchObject({ label: 'Nov 16', name: 'Mon, Nov 16, 2026', previousName: 'Mon, Nov 9, 2026' });
  });

  it('has no rate where there was no session', () => {
    const points = pointsOf(week, metricViews.conversion_rate, [], [], 14);
    expect(points.every((point) => point.value === null)).toBe(true);
  });

  it('shows no value for hours to come', () => {
    const points = pointsOf(day, scans, [{ hour_of_day: 3, total_scans: 2 }], [], 14);
    expect(points).toHaveLength(24);
    expect(points[3]?.value).toBe(2);
    expect(points[14]).toMatchObject({ value: 0, isPartial: true });
    expect(points[15]?.value).toBeNull();
  });
});

describe('what to take from it', () => {
  const points = pointsOf(
    week,
    scans,
    [
      { day: '2026-11-17', total_scans: 9 },
      { day: '2026-11-21', total_scans: 99 },
    ],
    [],
    14,
  );

  it.each([
    [108, 90, 'Total scans rose to 108 (+20.0%); the strongest day was Tue, Nov 17, 2026 with 9.'],
    [108, 120, 'Total scans fell to 108 (−10.0%); the strongest day was Tue, Nov 17, 2026 with 9.'],
    [108, 0, 'Total scans rose to 108 (from zero); the strongest day was Tue, Nov 17, 2026 with 9.'],
    [108, 108, 'Total scans stayed at 108; the strongest day was Tue, Nov 17, 2026 with 9.'],
    [0, 5, 'Total scans: none in this period.'],
    [null, 5, 'Total scans has no value in this period.'],
  ])('of %s after %s', (total, previous, sentence) => expect(takeawayOf(scans, week, total, previous, points, 'USD')).toBe(sentence));

  it('names the campaign that brought most', () => {
    const row = (id: string | null, total: number) => ({ campaign_id: id, campaign_name: id, total_scans: total });
    expect(campaignTakeaway(campaignsOf([row('a', 60), row('b', 30), row(null, 10)], []), 100)).toBe(
      'a brought 60% of all scans, the most of 2 campaigns.',
    );
    expect(campaignTakeaway(campaignsOf([row('a', 5)], []), 5)).toBe('All scans came from a.');
    expect(campaignTakeaway(campaignsOf([row(null, 5)], []), 5)).toBe('No scan belongs to a campaign.');
    expect(campaignTakeaway([], 0)).toBe('No campaign had a scan in this period.');
  });

  it('says what a running period is compared with', () => expect(comparisonWords(week)).toBe('Nov 8 – 14, 2026, until 15:00'));
});

describe('sorting', () => {
  const rows = [
    { n: 2, t: 'b' },
    { n: null, t: 'a' },
    { n: 10, t: 'B2' },
    { n: 2, t: 'B10' },
  ];

  it('puts missing values last in both directions and keeps equal ones in order', () => {
    expect(sorted(rows, (row) => row.n, 'asc').map((row) => row.t)).toEqual(['b', 'B10', 'B2', 'a']);
    expect(sorted(rows, (row) => row.n, 'desc').map((row) => row.t)).toEqual(['B2', 'b', 'B10', 'a']);
  });

  it('sorts names as people do', () => expect(sorted(rows, (row) => row.t, 'asc').map((row) => row.t)).toEqual(['a', 'b', 'B2', 'B10']));
});
