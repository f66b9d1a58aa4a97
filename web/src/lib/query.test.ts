import { describe, expect, it } from 'vitest';
import { problemOf } from './problem';
import { during, numberOf, readAnswer, textOf } from './query';
import { hourStart, localTime } from './zone';

describe('a query', () => {
  it('of a whole range has no filter of its own', () =>
    expect(during({ from: 'a', to: 'b' }, { metrics: ['m'] })).toEqual({ metrics: ['m'], dateRange: { from: 'a', to: 'b' } }));

  it('keeps its filters beside the cut of a running period', () =>
    expect(
      during(
        { from: 'a', to: 'b', untilHour: 'h', cutAt: 3 },
        { metrics: ['m'], filters: [{ dimension: 'country', operator: 'eq', values: ['US'] }] },
      ),
    ).toEqual({
      metrics: ['m'],
      dateRange: { from: 'a', to: 'b' },
      filters: [
        { dimension: 'country', operator: 'eq', values: ['US'] },
        { dimension: 'hour', operator: 'lte', values: ['h'] },
      ],
    }));
});

describe('an answer', () => {
  const answer = readAnswer({
    columns: ['day', 'n'],
    rows: [
      ['2026-01-01', 5],
      [null, null],
    ],
    asOf: 'now',
    truncated: false,
    timeZone: 'UTC',
  });

  it('has its values by name', () => {
    expect(numberOf(answer.rows[0], 'n')).toBe(5);
    expect(textOf(answer.rows[0], 'day')).toBe('2026-01-01');
    expect([numberOf(answer.rows[1], 'n'), textOf(answer.rows[1], 'day'), numberOf(undefined, 'n')]).toEqual([null, null, null]);
  });
});

describe('problems', () => {
  it.each([
    [{ title: 'No.', detail: 'Because.' }, 422, 'No.', 'Because.'],
    [{ title: 'No.', errors: [{ path: '$.limit', message: 'Must be 1.' }] }, 422, 'No.', '$.limit: Must be 1.'],
    [null, 503, 'A part of the platform is not available.', null],
    ['<html>', 502, 'The platform made an error.', null],
  ])('%j with %s', async (body, status, title, detail) => {
    const problem = await problemOf(
      new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers: { 'retry-after': '2' } }),
    );
    expect({ title: problem.message, detail: problem.detail, retryAfter: problem.retryAfter }).toEqual({ title, detail, retryAfter: 2 });
  });
});

describe('zones', () => {
  const zone = 'America/Los_Angeles';

  it('knows what clocks show', () =>
    expect(localTime(Date.parse('2026-03-08T10:30:00Z'), zone)).toEqual({ day: '2026-03-08', hour: 3, minute: 30 }));

  it.each([
    ['2026-03-08', 1, '2026-03-08T09:00:00.000Z'],
    ['2026-03-08', 2, '2026-03-08T09:00:00.000Z'], // skipped: clocks show 03:00 an instant after 01:59
    ['2026-03-08', 3, '2026-03-08T10:00:00.000Z'],
    ['2026-11-01', 1, '2026-11-01T09:00:00.000Z'],
    ['2026-11-01', 0, '2026-11-01T07:00:00.000Z'],
    ['2026-07-01', 12, '2026-07-01T19:00:00.000Z'],
  ])('%s, hour %s begins at %s', (day, hour, instant) => expect(new Date(hourStart(day, hour, zone)).toISOString()).toBe(instant));
});
