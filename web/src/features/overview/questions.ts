import type { Period } from '@/lib/period';
import { during, type Query } from '@/lib/query';

/** Measured for every row of the overview. Who sees no revenue does not ask for it. */
export function metricsFor(withRevenue: boolean): string[] {
  return ['total_scans', 'unique_visitors', 'conversion_rate', ...(withRevenue ? ['revenue'] : [])];
}

const mostCampaigns = 500;

/** Everything that the overview asks of the query API. */
export function questionsFor(
  period: Period,
  withRevenue: boolean,
): Record<'now' | 'before' | 'line' | 'lineBefore' | 'campaigns' | 'campaignsBefore', Query> {
  const metrics = metricsFor(withRevenue);
  const step = stepOf(period);
  // Rates are compared when every session has had its 7 days; until then the API gives null, and the plain rate has to do.
  const totals = { metrics: [...metrics, 'conversion_rate_7d'] };
  const line = { metrics, dimensions: [step], orderBy: [{ field: step, direction: 'asc' as const }], limit: 2000 };
  const byCampaign = {
    metrics,
    dimensions: ['campaign_id', 'campaign_name'],
    orderBy: [{ field: 'total_scans', direction: 'desc' as const }],
    limit: mostCampaigns,
  };
  const all = { from: period.previous.from, to: period.previous.to };
  return {
    now: during(period, totals),
    before: during(period.previous, totals),
    line: during(period, line),
    lineBefore: during(all, line), // the whole of it: a line that stops early would look like a fall
    campaigns: during(period, byCampaign),
    campaignsBefore: during(period.previous, { metrics: ['total_scans'], dimensions: ['campaign_id'], limit: mostCampaigns }),
  };
}

/** A single day is drawn by its hours, anything longer by its days. */
export function stepOf(period: Period): 'hour_of_day' | 'day' {
  return period.days === 1 ? 'hour_of_day' : 'day';
}
