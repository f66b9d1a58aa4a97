import type { ServerEvent } from '@/lib/sse';

export type Counters = {
  asOf: string;
  totalScans: number;
  today: { day: string; totalScans: number; uniqueVisitors: number | null; conversions: number; revenue?: number };
  lastHour: { totalScans: number };
};

export type Scan = {
  eventId: string;
  timestamp: string;
  campaignId: string | null;
  campaignName: string | null;
  qrCodeId: string;
  country: string | null;
  city: string | null;
  deviceType: string | null;
};

export type Live = {
  counters: Counters | null;
  /** Newest first. */
  scans: readonly Scan[];
};

export const nothingYet: Live = { counters: null, scans: [] };

const shown = 12;

/** What an event of the stream makes of what was known. Events of other kinds, and what cannot be read, change nothing. */
export function apply(live: Live, event: ServerEvent): Live {
  if (event.event !== 'counters' && event.event !== 'scans') return live;
  let data: unknown;
  try {
    data = JSON.parse(event.data);
  } catch {
    return live;
  }
  if (!data || typeof data !== 'object') return live;
  if (event.event === 'counters') return { ...live, counters: data as Counters };

  const { scans } = data as { scans?: unknown };
  if (!Array.isArray(scans)) return live;
  // After a reconnection some come again.
  const fresh = scans as Scan[];
  const ids = new Set(fresh.map((scan) => scan.eventId));
  const all = [...fresh, ...live.scans.filter((scan) => !ids.has(scan.eventId))];
  const ordered = all.toSorted((a, b) => (a.timestamp < b.timestamp ? 1 : a.timestamp > b.timestamp ? -1 : 0));
  return { ...live, scans: ordered.slice(0, shown) };
}

/** Where a scan was, in words. */
export function placeOf(scan: Scan): string {
  const parts = [scan.city, scan.country].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : 'Unknown place';
}
