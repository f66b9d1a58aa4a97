import { addDays, daysBetween } from '@/lib/days';
import * as format from '@/lib/format';
import type { MetricView } from '@/lib/metrics';
import type { Period } from '@/lib/period';
import { numberOf, type Row, textOf } from '@/lib/query';
import { stepOf } from './questions';

/** One step of the line: a day, or an hour of a single day. */
export type Point = {
  /** For the axis: Nov 22, 14:00. */
  label: string;
  /** For people who point at it: Sat, Nov 22, 2025. */
  name: string;
  /** The step of the previous period that it stands beside. */
  previousName: string;
  /** Null when it has not begun, or there is no such value. */
  value: number | null;
  previous: number | null;
  /** Still running: its value will grow. */
  isPartial: boolean;
};

/** Puts both periods' rows side by side, step by step; a step without a row is zero for what is counted, and has no ratio. */
export function pointsOf(
  period: Period,
  metric: MetricView,
  rows: readonly Row[],
  previousRows: readonly Row[],
  localHour: number,
): Point[] {
  const step = stepOf(period);
  const current = new Map(rows.map((row) => [textOf(row, step), numberOf(row, metric.name)]));
  const before = new Map(previousRows.map((row) => [textOf(row, step), numberOf(row, metric.name)]));
  const none = metric.unit === 'percent' ? null : 0;

  if (step === 'hour_of_day') {
    return Array.from({ length: 24 }, (_, hour) => {
      const key = String(hour);
      const isToCome = period.isRunning && hour > localHour;
      return {
        label: format.hour(hour),
        name: `${format.dayOfWeek(period.from)}, ${format.hour(hour)} – ${format.hour(hour + 1)}`,
        previousName: `${format.dayOfWeek(period.previous.from)}, ${format.hour(hour)} – ${format.hour(hour + 1)}`,
        value: isToCome ? null : (current.get(key) ?? none),
        previous: before.get(key) ?? none,
        isPartial: period.isRunning && hour === localHour,
      };
    });
  }

  return daysBetween(period.from, period.to).map((day, index) => {
    const previousDay = addDays(period.previous.from, index);
    const exists = previousDay <= period.previous.to;
    return {
      label: format.day(day),
      name: format.fullDay(day),
      previousName: exists ? format.fullDay(previousDay) : '',
      value: current.get(day) ?? none,
      previous: exists ? (before.get(previousDay) ?? none) : null,
      isPartial: period.isRunning && day === period.to,
    };
  });
}

/** What people should take from the line, in one sentence. */
export function takeawayOf(
  metric: MetricView,
  period: Period,
  total: number | null,
  previous: number | null,
  points: readonly Point[],
  currency: string,
): string {
  const shown = format.figure(total, metric.unit, currency);
  const label = metric.label;
  if (total === null) return `${label} has no value in this period.`;
  if (total === 0 && metric.unit !== 'percent') return `${label}: none in this period.`;

  const change = format.change(total, previous, metric.unit);
  const start =
    change.direction === 'unknown'
      ? `${label} stood at ${shown}; there is nothing to compare it with`
      : change.direction === 'same'
        ? `${label} stayed at ${shown}`
        : `${label} ${change.direction === 'up' ? 'rose' : 'fell'} to ${shown} (${change.text === 'new' ? 'from zero' : change.text})`;

  const whole = points.filter((point) => !point.isPartial && point.value !== null);
  if (whole.length < 3) return `${start}.`;
  const best = whole.reduce((top, point) => ((point.value ?? 0) > (top.value ?? 0) ? point : top));
  if (!best.value) return `${start}.`;
  const which = period.days === 1 ? `the strongest hour was ${best.label}` : `the strongest day was ${best.name}`;
  return `${start}; ${which} with ${format.figure(best.value, metric.unit, currency)}.`;
}

export type Campaign = {
  id: string | null;
  name: string;
  total_scans: number | null;
  change: number | null;
  previousScans: number | null;
  unique_visitors: number | null;
  conversion_rate: number | null;
  revenue: number | null;
};

/** One entry per campaign, the scans without one included. */
export function campaignsOf(rows: readonly Row[], previousRows: readonly Row[]): Campaign[] {
  const before = new Map(previousRows.map((row) => [textOf(row, 'campaign_id'), numberOf(row, 'total_scans')]));
  return rows.map((row) => {
    const id = textOf(row, 'campaign_id');
    const scans = numberOf(row, 'total_scans');
    const previousScans = before.get(id) ?? 0;
    return {
      id,
      name: textOf(row, 'campaign_name') ?? id ?? 'Without campaign',
      total_scans: scans,
      previousScans,
      change: scans === null || previousScans === 0 ? null : (scans - previousScans) / previousScans,
      unique_visitors: numberOf(row, 'unique_visitors'),
      conversion_rate: numberOf(row, 'conversion_rate'),
      revenue: numberOf(row, 'revenue'),
    };
  });
}

/** What people should take from the table, in one sentence. */
export function campaignTakeaway(campaigns: readonly Campaign[], totalScans: number | null): string {
  const active = campaigns.filter((campaign) => (campaign.total_scans ?? 0) > 0);
  const top = active.reduce<Campaign | null>(
    (best, campaign) => ((campaign.total_scans ?? 0) > (best?.total_scans ?? 0) ? campaign : best),
    null,
  );
  if (!top || !totalScans) return 'No campaign had a scan in this period.';
  const share = format.percent((top.total_scans ?? 0) / totalScans, 0);
  const named = active.filter((campaign) => campaign.id !== null).length;
  if (top.id === null) return named === 0 ? 'No scan belongs to a campaign.' : `${share} of all scans belong to no campaign.`;
  if (active.length === 1) return `All scans came from ${top.name}.`;
  return named === 1
    ? `${top.name} brought ${share} of all scans.`
    : `${top.name} brought ${share} of all scans, the most of ${format.count(named)} campaigns.`;
}

/** What a period is compared with, in words. */
export function comparisonWords(period: Period): string {
  const { from, to, cutAt } = period.previous;
  const range = format.days(from, to);
  return cutAt !== undefined && cutAt < 24 ? `${range}, until ${format.hour(cutAt)}` : range;
}
