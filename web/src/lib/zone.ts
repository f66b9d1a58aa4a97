import { addDays, type Day } from './days';

const clocks = new Map<string, Intl.DateTimeFormat>();

function clock(zone: string): Intl.DateTimeFormat {
  let format = clocks.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
    clocks.set(zone, format);
  }
  return format;
}

/** Day, hour and minute that clocks of the zone show at an instant. */
export function localTime(instant: number, zone: string): { day: Day; hour: number; minute: number } {
  const part = Object.fromEntries(
    clock(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  return { day: `${part.year}-${part.month}-${part.day}`, hour: Number(part.hour), minute: Number(part.minute) };
}

/** What is ahead of UTC at an instant, in minutes. */
function offset(instant: number, zone: string): number {
  const { day, hour, minute } = localTime(instant, zone);
  const shown = Date.parse(`${day}T00:00:00Z`) + (hour * 60 + minute) * 60_000;
  return Math.round((shown - Math.floor(instant / 60_000) * 60_000) / 60_000);
}

/**
 * The instant at which a local hour begins. An hour that clocks skip gives the one that they show instead; of an hour that comes twice
 * it is the second, so that "until then" takes in both.
 */
export function hourStart(day: Day, hour: number, zone: string): number {
  const wall = Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000;
  const before = wall - offset(Date.parse(`${addDays(day, -1)}T12:00:00Z`), zone) * 60_000;
  const after = wall - offset(Date.parse(`${addDays(day, 1)}T12:00:00Z`), zone) * 60_000;
  const later = Math.max(before, after);
  return localTime(later, zone).hour === hour ? later : Math.min(before, after);
}

/** An hour's start as the query API takes it. */
export function hourLabel(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}+00:00`;
}
