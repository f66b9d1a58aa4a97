import type { QueryFunctionContext } from '@tanstack/react-query';
import { postJson } from './http';
import type { Comparison, Range } from './period';

/** A question to `POST /v1/query`. */
export type Query = {
  metrics: readonly string[];
  dimensions?: readonly string[];
  filters?: readonly { dimension: string; operator: string; values: readonly (string | number | null)[] }[];
  dateRange: Range;
  orderBy?: readonly { field: string; direction: 'asc' | 'desc' }[];
  limit?: number;
};

type RawAnswer = { columns: string[]; rows: (string | number | null)[][]; asOf: string; truncated: boolean; timeZone: string };

export type Row = Readonly<Record<string, string | number | null>>;

/** Rows by column name. */
export type Answer = { rows: Row[]; asOf: string; isTruncated: boolean; timeZone: string };

/** A question about a range, or about what a running period is compared with: then of the last day the same hours only. */
export function during(range: Range | Comparison, question: Omit<Query, 'dateRange'>): Query {
  const filters = [...(question.filters ?? [])];
  if ('untilHour' in range && range.untilHour) filters.push({ dimension: 'hour', operator: 'lte', values: [range.untilHour] });
  return { ...question, ...(filters.length > 0 ? { filters } : {}), dateRange: { from: range.from, to: range.to } };
}

export function readAnswer(raw: RawAnswer): Answer {
  return {
    rows: raw.rows.map((row) => Object.fromEntries(raw.columns.map((column, index) => [column, row[index] ?? null]))),
    asOf: raw.asOf,
    isTruncated: raw.truncated,
    timeZone: raw.timeZone,
  };
}

/** Everything that comes from the query API has a key that begins with this, so that it can be asked again when events arrive. */
export const figures = 'figures';

/** Options for `useQuery`: the same question anywhere on a page is asked once. */
export function queryOptions(question: Query) {
  return {
    queryKey: [figures, question] as const,
    queryFn: async ({ signal }: QueryFunctionContext): Promise<Answer> =>
      readAnswer(await postJson<RawAnswer>('/v1/query', question, signal)),
  };
}

/** A number of a row; null when it is missing. */
export function numberOf(row: Row | undefined, column: string): number | null {
  const value = row?.[column];
  return typeof value === 'number' ? value : null;
}

/** A text of a row; null when it is missing. */
export function textOf(row: Row | undefined, column: string): string | null {
  const value = row?.[column];
  return value === null || value === undefined ? null : String(value);
}
