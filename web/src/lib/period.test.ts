import { describe, expect, it } from 'vitest';
import { countDays } from './days';
import { presets, previousRange, rangeProblem, readPeriodSearch, resolvePeriod } from './period';

// Sunday morning in UTC, still Saturday 22:12 in Los Angeles.
const instant = Date.parse('2026-11-22T06:12:00Z');
const zone = 'America/Los_Angeles';

describe('the days of a period', () => {
  it.each([
    ['today', '2026-11-21', '2026-11-21', '2026-11-20', '2026-11-20'],
    ['yesterday', '2026-11-20', '2026-11-20', '2026-11-19', '2026-11-19'],
    ['7d', '2026-11-15', '2026-11-21', '2026-11-08', '2026-11-14'],
    ['30d', '2026-10-23', '2026-11-21', '2026-09-23', '2026-10-22'],
    ['90d', '2026-08-24', '2026-11-21', '2026-05-26', '2026-08-23'],
    ['month', '2026-11-01', '2026-11-21', '2026-10-01', '2026-10-21'],
    ['last-month', '2026-10-01', '2026-10-31', '2026-09-01', '2026-09-30'],
    ['year', '2026-01-01', '2026-11-21', '2025-01-01', '2025-11-21'],
  ] as const)('%s is %s to %s, compared with %s to %s', (period, from, to, previousFrom, previousTo) =>
    expect(resolvePeriod({ period }, instant, zone)).toMatchObject({ from, to, previous: { from: previousFrom, to: previousTo } }),
  );

  it('depends on the tenant’s zone, not on this machine’s', () => {
    expect(resolvePeriod({ period: 'today' }, instant, 'UTC').from).toBe('2026-11-22');
    expect(resolvePeriod({ period: 'today' }, instant, 'Asia/Tokyo').from).toBe('2026-11-22');
  });

  it('has an equally long one before it, unless the calendar says otherwise', () => {
    for (const { id } of presets.filter((preset) => !['month', 'last-month'].includes(preset.id))) {
      const period = resolvePeriod({ period: id }, instant, zone);
      expect([id, countDays(period.previous.from, period.previous.to)]).toEqual([id, period.days]);
    }
  });

  it('never reaches into itself: the month before March has fewer days', () => {
    expect(previousRange('month', { from: '2026-03-01', to: '2026-03-31' })).toEqual({ from: '2026-02-01', to: '2026-02-28' });
  });

  it('crosses changes of the clock by calendar days', () => {
    expect(previousRange('custom', { from: '2026-11-01', to: '2026-11-07' })).toEqual({ from: '2026-10-25', to: '2026-10-31' });
  });
});

describe('a period that still runs', () => {
  it('is compared with the same hours only', () => {
    const { previous, isRunning } = resolvePeriod({ period: 'today' }, instant, zone);
    expect(isRunning).toBe(true);
    expect(previous).toEqual({ from: '2026-11-20', to: '2026-11-20', untilHour: '2026-11-21T06:00:00+00:00', cutAt: 23 });
  });

  it('has hours of the zone, not of UTC', () => {
    const { previous } = resolvePeriod({ period: 'today' }, Date.parse('2026-11-22T06:12:00Z'), 'Asia/Kolkata');
    expect(previous.untilHour).toBe('2026-11-21T05:30:00+00:00'); // 11:00 there
  });

  it('is compared with both of two equal hours when clocks went back the day before', () => {
    const at = Date.parse('2026-11-02T09:20:00Z'); // 01:20 in Los Angeles, the day after the change
    expect(resolvePeriod({ period: 'today' }, at, zone).previous.untilHour).toBe('2026-11-01T09:00:00+00:00');
  });

  it('is not one that ended yesterday', () => {
    expect(resolvePeriod({ period: 'yesterday' }, instant, zone)).toMatchObject({ isRunning: false, previous: {} });
    expect(resolvePeriod({ period: 'yesterday' }, instant, zone).previous.untilHour).toBeUndefined();
  });
});

describe('an address', () => {
  it.each([
    [{ period: '7d' }, { period: '7d' }],
    [{ period: '30d' }, {}],
    [{ period: 'for ever' }, {}],
    [
      { from: '2026-01-01', to: '2026-01-31', period: '7d' },
      { from: '2026-01-01', to: '2026-01-31' },
    ],
    [{ from: '2026-02-01', to: '2026-01-31' }, {}],
    [{ from: '2026-02-30', to: '2026-03-01' }, {}],
    [{ from: 5, to: '2026-03-01' }, {}],
  ])('%j is read as %j', (search, read) => expect(readPeriodSearch(search)).toEqual(read));

  it.each([
    ['2026-01-01', '2026-01-01', null],
    ['', '2026-01-01', 'The first day is missing.'],
    ['2026-01-01', 'x', 'The last day is missing.'],
    ['2026-01-02', '2026-01-01', 'The first day is after the last day.'],
    ['2016-01-02', '2026-01-01', 'A range has at most 1100 days.'],
  ])('of %s to %s: %s', (from, to, problem) => expect(rangeProblem(from, to)).toBe(problem));
});
