/**
 * Every number, amount, day and time that a page shows comes from here, so that they look the same everywhere. A missing value is "–".
 * The pages speak English, so their numbers do: a thousand is 1,000 whatever the browser is set to.
 */
import type { Day } from './days';
import { localTime } from './zone';

const locale = 'en-US';
export const missing = '–';

/** What a metric's values are. Values of `percent` are ratios (0.042), those of `money` are in the tenant's currency. */
export type Unit = 'count' | 'percent' | 'money' | 'decimal';

type Value = number | null | undefined;

const kept = new Map<string, Intl.NumberFormat>();

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  let format = kept.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    kept.set(key, format);
  }
  return format;
}

function show(value: Value, options: Intl.NumberFormatOptions): string {
  return value === null || value === undefined || !Number.isFinite(value) ? missing : numbers(options).format(value).replace('-', '−');
}

/** In full: 1,234,567. */
export const count = (value: Value): string => show(value, { maximumFractionDigits: 0 });

/** For axes and small places: 1.2M. */
export const compact = (value: Value): string => show(value, { notation: 'compact', maximumFractionDigits: 1 });

/** A ratio: 0.0421 is 4.21%. */
export const percent = (value: Value, digits = 2): string =>
  show(value, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits });

/** An amount in full, with the currency's own number of decimals. */
export const money = (value: Value, currency: string): string => show(value, { style: 'currency', currency });

const decimal = (value: Value): string => show(value, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** A value in full, by its unit. */
export function figure(amount: Value, unit: Unit, currency: string): string {
  switch (unit) {
    case 'count':
      return count(amount);
    case 'percent':
      return percent(amount);
    case 'money':
      return money(amount, currency);
    case 'decimal':
      return decimal(amount);
  }
}

/** A value for an axis, by its unit. */
export function axis(amount: Value, unit: Unit, currency: string): string {
  if (unit === 'percent') return show(amount, { style: 'percent', maximumFractionDigits: 1 });
  if (unit === 'money')
    return show(amount, { style: 'currency', currency, notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 });
  return compact(amount);
}

export type Change = {
  direction: 'up' | 'down' | 'same' | 'unknown';
  /** "+12.4%", "−0.31 pp", "no change", "–". */
  text: string;
  /** The same for a sentence: "up 12.4%". */
  words: string;
};

/** From one value to another. A ratio changes by percentage points, anything else by percent of what it was. */
export function change(current: Value, previous: Value, unit: Unit): Change {
  if (current === null || current === undefined || previous === null || previous === undefined)
    return { direction: 'unknown', text: missing, words: 'not comparable' };
  if (unit !== 'percent' && previous === 0)
    return current === 0
      ? { direction: 'same', text: 'no change', words: 'unchanged' }
      : { direction: current > 0 ? 'up' : 'down', text: 'new', words: current > 0 ? 'up from zero' : 'down from zero' };

  const amount = unit === 'percent' ? (current - previous) * 100 : ((current - previous) / Math.abs(previous)) * 100;
  const digits = unit === 'percent' ? 2 : 1;
  const size = Number(Math.abs(amount).toFixed(digits));
  if (size === 0) return { direction: 'same', text: 'no change', words: 'unchanged' };
  const shown = `${show(size, { minimumFractionDigits: digits, maximumFractionDigits: digits })}${unit === 'percent' ? ' pp' : '%'}`;
  return amount > 0
    ? { direction: 'up', text: `+${shown}`, words: `up ${shown}` }
    : { direction: 'down', text: `−${shown}`, words: `down ${shown}` };
}

const at = (day: Day): Date => new Date(`${day}T00:00:00Z`);
const dates = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options });
const shortDay = dates({ month: 'short', day: 'numeric' });
const longDay = dates({ weekday: 'short', month: 'short', day: 'numeric', year: 'numeric' });
const weekdayDay = dates({ weekday: 'short', month: 'short', day: 'numeric' });
const range = dates({ month: 'short', day: 'numeric', year: 'numeric' });

/** Nov 22 */
export const day = (of: Day): string => shortDay.format(at(of));

/** Sat, Nov 22 */
export const dayOfWeek = (of: Day): string => weekdayDay.format(at(of));

/** Sat, Nov 22, 2025 */
export const fullDay = (of: Day): string => longDay.format(at(of));

/** Oct 24 – Nov 22, 2025 */
export const days = (from: Day, to: Day): string =>
  from === to ? range.format(at(from)) : range.formatRange(at(from), at(to)).replaceAll('\u2009', ' ');

/** 14:00 for 14; 24 is the end of a day. */
export const hour = (of: number): string => `${String(of).padStart(2, '0')}:00`;

/** The time of day in a zone, with its name: 14:03 PST. */
export function time(instant: string | number, zone: string, options: { seconds?: boolean; zoneName?: boolean } = {}): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    ...(options.seconds ? { second: '2-digit' } : {}),
    ...(options.zoneName === false ? {} : { timeZoneName: 'short' }),
  }).format(typeof instant === 'string' ? Date.parse(instant) : instant);
}

/** A moment with its day: Nov 22, 14:03 PST. */
export function moment(instant: string | number, zone: string): string {
  const when = typeof instant === 'string' ? Date.parse(instant) : instant;
  return `${new Intl.DateTimeFormat(locale, { timeZone: zone, month: 'short', day: 'numeric' }).format(when)}, ${time(when, zone)}`;
}

/** The day that a zone's calendars show at an instant. */
export const isoDay = (instant: string | number, zone: string): Day =>
  localTime(typeof instant === 'string' ? Date.parse(instant) : instant, zone).day;

/** How long ago, roughly: 12 s, 4 min, 3 h, 2 d. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
