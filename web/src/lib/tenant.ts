import { getJson } from './http';

/** What pages need to know of the tenant before they can show a figure. */
export type Tenant = { tenantId: string; name: string; timeZone: string; currency: string | null };

export const tenantOptions = {
  queryKey: ['tenant'] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) => getJson<Tenant>('/v1/tenant', signal),
  staleTime: 300_000,
};
