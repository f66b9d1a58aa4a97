import { getJson } from './http';

export type CatalogueMetric = { name: string; description: string; unit: string; additivity: string; datedBy: string };
export type CatalogueDimension = { name: string; description: string; type: string; example: string | null; values: string[] | null };
export type Catalogue = { version: string; metrics: CatalogueMetric[]; dimensions: CatalogueDimension[] };

/** Definitions change with a release only. */
export const catalogueOptions = {
  queryKey: ['catalogue'] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) => getJson<Catalogue>('/v1/catalogue', signal),
  staleTime: Infinity,
};
