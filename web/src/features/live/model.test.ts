import { describe, expect, it } from 'vitest';
import { apply, nothingYet, placeOf, type Scan } from './model';

const scan = (eventId: string, timestamp: string): Scan => ({
  eventId,
  timestamp,
  campaignId: null,
  campaignName: null,
  qrCodeId: 'q',
  country: null,
  city: null,
  deviceType: null,
});
const event = (name: string, data: unknown) => ({ event: name, id: '1', data: typeof data === 'string' ? data : JSON.stringify(data) });

describe('live numbers', () => {
  it('keeps the newest scans, each once, also when they come again', () => {
    const first = apply(nothingYet, event('scans', { scans: [scan('b', '2026-01-02'), scan('a', '2026-01-01')] }));
    const again = apply(first, event('scans', { scans: [scan('c', '2026-01-03'), scan('b', '2026-01-02')] }));
    expect(again.scans.map((one) => one.eventId)).toEqual(['c', 'b', 'a']);
  });

  it('shows a dozen at most', () => {
    const many = Array.from({ length: 50 }, (_, index) => scan(`e${index}`, `2026-01-01T00:00:${String(index).padStart(2, '0')}Z`));
    const live = apply(nothingYet, event('scans', { scans: many }));
    expect(live.scans).toHaveLength(12);
    expect(live.scans[0]?.eventId).toBe('e49');
  });

  it.each([['{'], ['null'], ['[]'], ['{"scans": 5}']])('survives %s', (data) =>
    expect(apply(nothingYet, event('scans', data)).scans).toEqual([]),
  );

  it('names a place as far as it is known', () => {
    expect(placeOf({ ...scan('a', ''), city: 'Portland', country: 'US' })).toBe('Portland, US');
    expect(placeOf(scan('a', ''))).toBe('Unknown place');
  });
});
