import { addDays, addMonths, countDays, firstOfMonth, isDay, type Day } from './days';
import { hourLabel, hourStart, localTime } from './zone';

/** Inclusive days in the tenant's time zone. */
export type Range = { from: Day; to: Day };

export const presets = [
  { id: 'today', name: 'Today' },
  { id: 'yesterday', name: 'Yesterday' },
  { id: '7d', name: 'Last 7 days' },
  { id: '30d', name: 'Last 30 days' },
  { id: '90d', name: 'Last 90 days' },
  { id: 'month', name: 'This month' },
  { id: 'last-month', name: 'Last month' },
  { id: 'year', name: 'This year' },
] as const;

export type PresetId = (typeof presets)[number]['id'];

/** What stands in the page's address: a preset, or both ends of a range. */
export type PeriodSearch = { period?: PresetId; from?: Day; to?: Day };

export const defaultPreset: PresetId = '30d';

/** Longest custom range; one chart shows no more. */
export const longestRange = 1100;

export type Comparison = Range & {
  /** Set while the period still runs: the same hours of the last day only, up to this label of the query API, inclusive. */
  untilHour?: string;
  /** The hour of day, 1 to 24, at which the comparison's last day is cut. */
  cutAt?: number;
};

export type Period = Range & {
  preset: PresetId | 'custom';
  name: string;
  days: number;
  /** Whether its last day is today. */
  isRunning: boolean;
  previous: Comparison;
};

/** Reads the address; what makes no sense is left out, and the default stands in. */
export function readPeriodSearch(search: Record<string, unknown>): PeriodSearch {
  const { period, from, to } = search;
  if (typeof from === 'string' && typeof to === 'string' && rangeProblem(from, to) === null) return { from, to };
  return presets.some((preset) => preset.id === period) && period !== defaultPreset ? { period: period as PresetId } : {};
}

/** Why two texts are no range, in words; null when they are one. */
export function rangeProblem(from: string, to: string): string | null {
  if (!isDay(from)) return 'The first day is missing.';
  if (!isDay(to)) return 'The last day is missing.';
  if (from > to) return 'The first day is after the last day.';
  if (countDays(from, to) > longestRange) return `A range has at most ${longestRange} days.`;
  return null;
}

/** The days that an address means at an instant, and what they are compared with. */
export function resolvePeriod(search: PeriodSearch, instant: number, zone: string): Period {
  const { day: today, hour } = localTime(instant, zone);
  const preset = search.from && search.to ? 'custom' : (search.period ?? defaultPreset);
  const range = preset === 'custom' ? { from: search.from as Day, to: search.to as Day } : presetRange(preset, today);
  const isRunning = range.from <= today && range.to === today;
  const previous: Comparison = previousRange(preset, range);
  if (isRunning) {
    previous.untilHour = hourLabel(hourStart(previous.to, hour, zone));
    previous.cutAt = hour + 1;
  }
  const name = presets.find(({ id }) => id === preset)?.name ?? 'Custom range';
  return { ...range, preset, name, days: countDays(range.from, range.to), isRunning, previous };
}

function presetRange(preset: PresetId, today: Day): Range {
  switch (preset) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case '7d':
      return { from: addDays(today, -6), to: today };
    case '30d':
      return { from: addDays(today, -29), to: today };
    case '90d':
      return { from: addDays(today, -89), to: today };
    case 'month':
      return { from: firstOfMonth(today), to: today };
    case 'last-month':
      return { from: addMonths(today, -1), to: addDays(firstOfMonth(today), -1) };
    case 'year':
      return { from: `${today.slice(0, 4)}-01-01`, to: today };
  }
}

/** As many days right before; for calendar periods the same days of the month or year before, as far as those have them. */
export function previousRange(preset: PresetId | 'custom', { from, to }: Range): Range {
  const days = countDays(from, to);
  if (preset === 'month' || preset === 'last-month') {
    const start = addMonths(from, -1);
    const end = addDays(from, -1);
    if (preset === 'last-month') return { from: start, to: end };
    const same = addDays(start, days - 1);
    return { from: start, to: same < end ? same : end };
  }
  if (preset === 'year') {
    const start = `${String(Number(from.slice(0, 4)) - 1).padStart(4, '0')}-01-01`;
    return { from: start, to: addDays(start, days - 1) };
  }
  return { from: addDays(from, -days), to: addDays(from, -1) };
}
