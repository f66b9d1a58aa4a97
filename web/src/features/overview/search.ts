import { type PeriodSearch, readPeriodSearch } from '@/lib/period';

export const columns = ['campaign', 'total_scans', 'change', 'unique_visitors', 'conversion_rate', 'revenue'] as const;
export type Column = (typeof columns)[number];

/** What of the overview stands in its address, so that a link shows the same. */
export type OverviewSearch = PeriodSearch & { sort?: Column; direction?: 'asc' | 'desc'; metric?: string };

export function readOverviewSearch(search: Record<string, unknown>): OverviewSearch {
  const { sort, direction, metric } = search;
  return {
    ...readPeriodSearch(search),
    ...(columns.some((column) => column === sort) ? { sort: sort as Column } : {}),
    ...(direction === 'asc' || direction === 'desc' ? { direction } : {}),
    ...(typeof metric === 'string' ? { metric } : {}),
  };
}
