import { keepPreviousData, useIsFetching, useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import type { CatalogueMetric } from '@/lib/catalogue';
import { now } from '@/lib/clock';
import * as format from '@/lib/format';
import { metricViews, type MetricName } from '@/lib/metrics';
import { Problem } from '@/lib/problem';
import { resolvePeriod } from '@/lib/period';
import { type Answer, figures, numberOf, queryOptions } from '@/lib/query';
import type { Tenant } from '@/lib/tenant';
import { localTime } from '@/lib/zone';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { Explain } from '@/ui/Explain';
import { Notice } from '@/ui/Notice';
import { PeriodPicker } from '@/ui/PeriodPicker';
import { CampaignTable } from './CampaignTable';
import { DailyCard } from './DailyCard';
import { KpiCard } from './KpiCard';
import { campaignsOf, comparisonWords, pointsOf } from './model';
import styles from './OverviewPage.module.css';
import { questionsFor } from './questions';
import type { OverviewSearch } from './search';

type Props = {
  tenant: Tenant;
  withRevenue: boolean;
  /** The only campaigns that the reader sees; null for all. */
  campaigns: readonly string[] | null;
  definitions: readonly CatalogueMetric[];
  search: OverviewSearch;
  onSearch: (change: OverviewSearch) => void;
  live: ReactNode;
};

/** The figures that everybody asks for first, against the period before, and what happens right now. */
export function OverviewPage({ tenant, withRevenue, campaigns, definitions, search, onSearch, live }: Props) {
  const { from, to, period: preset } = search;
  const minute = Math.floor(now() / 60_000);
  const period = useMemo(
    () => resolvePeriod({ ...(from && to ? { from, to } : {}), ...(preset ? { period: preset } : {}) }, minute * 60_000, tenant.timeZone),
    [from, to, preset, minute, tenant.timeZone],
  );
  const { day: today, hour } = localTime(minute * 60_000, tenant.timeZone);
  const questions = useMemo(() => questionsFor(period, withRevenue), [period, withRevenue]);
  const [totals, before, line, lineBefore, byCampaign, byCampaignBefore] = useQueries({
    queries: [questions.now, questions.before, questions.line, questions.lineBefore, questions.campaigns, questions.campaignsBefore].map(
      (question) => ({
        ...queryOptions(question),
        placeholderData: keepPreviousData<Answer>,
      }),
    ),
  });
  const all = [totals, before, line, lineBefore, byCampaign, byCampaignBefore];
  const failed = all.find((query) => query?.error)?.error;
  const asOf = totals?.data?.asOf;
  const isChanging = all.some((query) => query?.isPlaceholderData);
  const names = (Object.keys(metricViews) as MetricName[]).filter((name) => withRevenue || name !== 'revenue');
  const metric = metricViews[names.find((name) => name === search.metric) ?? 'total_scans'];
  const currency = tenant.currency ?? 'XXX';
  const explain = (name: string, label: string, align: 'start' | 'end' = 'start') => (
    <Definition definition={definitions.find((one) => one.name === name)} label={label} align={align} />
  );

  const now0 = totals?.data?.rows[0];
  const before0 = before?.data?.rows[0];
  const rateIsSettled = numberOf(now0, 'conversion_rate_7d') !== null && numberOf(before0, 'conversion_rate_7d') !== null;
  const isEmpty =
    totals?.data &&
    before?.data &&
    numberOf(now0, 'total_scans') === 0 &&
    numberOf(before0, 'total_scans') === 0 &&
    !numberOf(now0, 'revenue');
  const isLoading = !totals?.data || !before?.data;

  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <div>
          <h1>Overview</h1>
          <p className={styles.sub}>
            {tenant.name}
            {campaigns ? ` · only ${campaigns.length === 1 ? 'campaign' : 'campaigns'} ${campaigns.join(', ') || '(none granted)'}` : ''}
            <span className={styles.printed}>
              {' '}
              · {period.name}: {format.days(period.from, period.to)}
            </span>
          </p>
        </div>
        <div className={`${styles.controls} no-print`}>
          <AsOf asOf={asOf} timeZone={tenant.timeZone} />
          <PeriodPicker period={period} today={today} onChange={(change) => onSearch(change)} />
        </div>
      </header>

      {failed ? (
        <Failure
          error={failed}
          hasData={!isLoading}
          asOf={asOf}
          timeZone={tenant.timeZone}
          onRetry={() => all.forEach((query) => void query?.refetch())}
        />
      ) : null}
      {period.isRunning && !failed ? (
        <p className={styles.running}>
          {period.days === 1 ? 'The day is not over' : 'Today is not over'}: compared with {comparisonWords(period)}, so that both have the
          same hours.
        </p>
      ) : null}

      <div className={styles.columns} data-changing={isChanging || undefined}>
        <div className={styles.figures}>
          {isEmpty ? (
            <div className={styles.blank}>
              <EmptyState
                icon="chart"
                title={`No scans from ${format.days(period.from, period.to)}.`}
                detail={
                  campaigns
                    ? 'You see only the campaigns granted to you. Choose another period, or ask an administrator for more.'
                    : 'Choose another period, or send the first event: the README shows how.'
                }
              >
                <Button onClick={() => onSearch({ period: 'year' })}>Show this year</Button>
              </EmptyState>
            </div>
          ) : failed && isLoading ? null : (
            <>
              <div className={styles.kpis}>
                {names.map((name, index) => {
                  const view = metricViews[name];
                  const compared = name === 'conversion_rate' && rateIsSettled ? 'conversion_rate_7d' : name;
                  const points = pointsOf(period, view, line?.data?.rows ?? [], lineBefore?.data?.rows ?? [], hour);
                  return (
                    <KpiCard
                      key={name}
                      metric={view}
                      explain={explain(name, `What ${view.label.toLowerCase()} means`, index % 2 === 1 ? 'end' : 'start')}
                      currency={currency}
                      comparedWith={comparisonWords(period)}
                      isLoading={isLoading}
                      value={numberOf(now0, name)}
                      previous={numberOf(before0, compared)}
                      change={format.change(numberOf(now0, compared), numberOf(before0, compared), view.unit)}
                      note={name === 'conversion_rate' ? rateNote(rateIsSettled, numberOf(now0, 'conversion_rate_7d')) : undefined}
                      values={points.map((point) => point.value)}
                      previousValues={points.map((point) => point.previous)}
                    />
                  );
                })}
              </div>
              <DailyCard
                metric={metric}
                names={names}
                onMetric={(name) => onSearch({ ...search, metric: name })}
                explain={explain(metric.name, `What ${metric.label.toLowerCase()} means`)}
                period={period}
                currency={currency}
                timeZone={tenant.timeZone}
                asOf={asOf}
                total={numberOf(now0, metric.name)}
                previous={numberOf(before0, metric.name)}
                points={line?.data && lineBefore?.data ? pointsOf(period, metric, line.data.rows, lineBefore.data.rows, hour) : null}
              />
              <CampaignTable
                campaigns={byCampaign?.data ? campaignsOf(byCampaign.data.rows, byCampaignBefore?.data?.rows ?? []) : null}
                isTruncated={byCampaign?.data?.isTruncated ?? false}
                totals={now0}
                previousTotals={before0}
                withRevenue={withRevenue}
                period={period}
                currency={currency}
                timeZone={tenant.timeZone}
                asOf={asOf}
                explain={(name, label) => explain(name, `What ${label.toLowerCase()} means`, 'end')}
                sort={{ column: search.sort ?? 'total_scans', direction: search.direction ?? 'desc' }}
                onSort={(sort, direction) => onSearch({ ...search, sort, direction })}
              />
            </>
          )}
        </div>
        <aside className={`${styles.live} no-print`} aria-label="Right now">
          {live}
        </aside>
      </div>
    </div>
  );
}

function rateNote(isSettled: boolean, rate: number | null): string {
  return isSettled ? `Compared by conversions within 7 days (${format.percent(rate)}).` : 'Preliminary: may still rise.';
}

function Definition({ definition, label, align }: { definition: CatalogueMetric | undefined; label: string; align: 'start' | 'end' }) {
  if (!definition) return null;
  return (
    <Explain label={label} align={align}>
      <span>{definition.description}</span>
      <Link to="/definitions" hash={definition.name}>
        Full definition
      </Link>
    </Explain>
  );
}

function AsOf({ asOf, timeZone }: { asOf: string | undefined; timeZone: string }) {
  const isFetching = useIsFetching({ queryKey: [figures] }) > 0;
  if (!asOf) return null;
  return (
    <p className={styles.asOf}>
      As of {format.moment(asOf, timeZone)}
      <span className={styles.spinner} data-on={isFetching || undefined} aria-hidden="true" />
    </p>
  );
}

function Failure({
  error,
  hasData,
  asOf,
  timeZone,
  onRetry,
}: {
  error: Error;
  hasData: boolean;
  asOf: string | undefined;
  timeZone: string;
  onRetry: () => void;
}) {
  const problem = error instanceof Problem ? error : new Problem(0, 'Something went wrong.', error.message);
  return (
    <Notice
      kind={hasData ? 'warning' : 'error'}
      title={problem.message}
      detail={hasData && asOf ? `These are the figures as of ${format.moment(asOf, timeZone)}. ${problem.detail ?? ''}` : problem.detail}
      action={<Button onClick={onRetry}>Try again</Button>}
    />
  );
}
