import { describe, expect, it } from 'vitest';
import * as format from './format';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [1234567, '1,234,567'],
    [-5, '−5'],
    [null, '–'],
    [undefined, '–'],
    [Number.NaN, '–'],
  ])('shows a count of %s in full as %s', (given, shown) => expect(format.count(given)).toBe(shown));

  it.each([
    [0.0421, '4.21%'],
    [0, '0.00%'],
    [1, '100.00%'],
    [null, '–'],
  ])('shows the ratio %s as %s', (given, shown) => expect(format.percent(given)).toBe(shown));

  it.each([
    [1234.5, 'USD', '$1,234.50'],
    [1234.5, 'JPY', '¥1,235'],
    [-3, 'EUR', '−€3.00'],
    [null, 'USD', '–'],
  ])('shows %s %s as %s', (given, currency, shown) => expect(format.money(given, currency)).toBe(shown));

  it('is short on axes', () => {
    expect(format.axis(1_250_000, 'count', 'USD')).toBe('1.3M');
    expect(format.axis(12_000, 'money', 'USD')).toBe('$12K');
    expect(format.axis(0.085, 'percent', 'USD')).toBe('8.5%');
  });
});

describe('changes', () => {
  it.each([
    [120, 100, 'count', 'up', '+20.0%', 'up 20.0%'],
    [80, 100, 'count', 'down', '−20.0%', 'down 20.0%'],
    [100, 100, 'count', 'same', 'no change', 'unchanged'],
    [100.0001, 100, 'money', 'same', 'no change', 'unchanged'],
    [5, 0, 'count', 'up', 'new', 'up from zero'],
    [0, 0, 'count', 'same', 'no change', 'unchanged'],
    [-20, -40, 'money', 'up', '+50.0%', 'up 50.0%'],
    [0.0812, 0.08, 'percent', 'up', '+0.12 pp', 'up 0.12 pp'],
    [0.05, 0, 'percent', 'up', '+5.00 pp', 'up 5.00 pp'],
    [null, 5, 'count', 'unknown', '–', 'not comparable'],
    [5, null, 'percent', 'unknown', '–', 'not comparable'],
  ] as const)('from %s, before %s (%s)', (current, previous, unit, direction, text, words) =>
    expect(format.change(current, previous, unit)).toEqual({ direction, text, words }),
  );
});

describe('days and times', () => {
  it('says a range once where it can', () => {
    expect(format.days('2026-10-24', '2026-11-22')).toBe('Oct 24 – Nov 22, 2026');
    expect(format.days('2026-11-01', '2026-11-22')).toBe('Nov 1 – 22, 2026');
    expect(format.days('2026-11-22', '2026-11-22')).toBe('Nov 22, 2026');
  });

  it('shows times in the zone asked for, whatever this machine has', () => {
    expect(format.time('2026-11-22T06:12:09Z', 'America/Los_Angeles')).toBe('22:12 PST');
    expect(format.moment('2026-11-22T06:12:09Z', 'America/Los_Angeles')).toBe('Nov 21, 22:12 PST');
    expect(format.time('2026-11-22T00:00:00Z', 'UTC', { seconds: true, zoneName: false })).toBe('00:00:00');
  });

  it.each([
    [-5, '0 s'],
    [59_400, '59 s'],
    [60_000, '1 min'],
    [7_300_000, '2 h'],
    [200_000_000, '2 d'],
  ])('rounds an age of %s ms to %s', (given, shown) => expect(format.age(given)).toBe(shown));
});
