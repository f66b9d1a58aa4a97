import type { Unit } from './format';

/** How a metric of the catalogue is shown; what it means is said by the catalogue itself. */
export type MetricView = { name: string; label: string; unit: Unit; unitWords: string; isGoodWhenUp: boolean };

export const metricViews = {
  total_scans: { name: 'total_scans', label: 'Total scans', unit: 'count', unitWords: 'scans', isGoodWhenUp: true },
  unique_visitors: { name: 'unique_visitors', label: 'Unique visitors', unit: 'count', unitWords: 'visitors', isGoodWhenUp: true },
  conversion_rate: { name: 'conversion_rate', label: 'Conversion rate', unit: 'percent', unitWords: 'of sessions', isGoodWhenUp: true },
  revenue: { name: 'revenue', label: 'Revenue', unit: 'money', unitWords: 'less refunds', isGoodWhenUp: true },
} as const satisfies Record<string, MetricView>;

export type MetricName = keyof typeof metricViews;
