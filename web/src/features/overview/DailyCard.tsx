import { lazy, type ReactNode, Suspense, useCallback, useState } from 'react';
import * as format from '@/lib/format';
import { type MetricName, type MetricView, metricViews } from '@/lib/metrics';
import type { Period } from '@/lib/period';
import { Card } from '@/ui/Card';
import { DataTable } from '@/ui/DataTable';
import { Segments } from '@/ui/Segments';
import { Skeleton } from '@/ui/Skeleton';
import { comparisonWords, type Point, takeawayOf } from './model';
import styles from './DailyCard.module.css';

const LineChart = lazy(() => import('@/ui/LineChart'));

type Props = {
  metric: MetricView;
  names: readonly MetricName[];
  onMetric: (name: MetricName) => void;
  explain: ReactNode;
  period: Period;
  currency: string;
  timeZone: string;
  asOf: string | undefined;
  total: number | null;
  previous: number | null;
  /** Null while they are loaded. */
  points: readonly Point[] | null;
};

const views = [
  { id: 'chart', name: 'Chart' },
  { id: 'table', name: 'Table' },
] as const;

/** One figure, step by step, beside the period before: as a line or as a table. */
export function DailyCard({ metric, names, onMetric, explain, period, currency, timeZone, asOf, total, previous, points }: Props) {
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const axis = useCallback((value: number) => format.axis(value, metric.unit, currency), [metric.unit, currency]);
  const figure = useCallback((value: number | null) => format.figure(value, metric.unit, currency), [metric.unit, currency]);
  const step = period.days === 1 ? 'hour' : 'day';
  const takeaway = points ? takeawayOf(metric, period, total, previous, points, currency) : undefined;
  const title = `${metric.label} per ${step}`;
  const unit =
    metric.unit === 'money'
      ? `${currency}, ${metric.unitWords}`
      : metric.unit === 'percent'
        ? `percent ${metric.unitWords}`
        : metric.unitWords;

  return (
    <Card
      title={title}
      explain={explain}
      takeaway={takeaway}
      className={styles.card}
      actions={
        <>
          <Segments
            label="Figure"
            value={metric.name as MetricName}
            onChange={onMetric}
            options={names.map((name) => ({ id: name, name: metricViews[name].label }))}
          />
          <Segments label="Show as" value={view} onChange={setView} options={views} />
        </>
      }
      facts={
        <>
          Unit: {unit}. Days are those of {timeZone.replaceAll('_', ' ')}.{asOf ? ` As of ${format.moment(asOf, timeZone)}.` : ''}
        </>
      }
    >
      {points === null ? (
        <Skeleton height="17rem" />
      ) : view === 'chart' ? (
        <>
          <p className={styles.legend} aria-hidden="true">
            <span data-series="now">{format.days(period.from, period.to)}</span>
            <span data-series="before">{format.days(period.previous.from, period.previous.to)}</span>
          </p>
          <Suspense fallback={<Skeleton height="17rem" />}>
            <LineChart
              description={`Line chart, ${title}. ${takeaway} The table view has every value.`}
              points={points}
              axis={axis}
              figure={figure}
            />
          </Suspense>
        </>
      ) : (
        <div className={styles.table}>
          <DataTable
            caption={`${title}, ${format.days(period.from, period.to)}, and the period before`}
            rows={points}
            keyOf={(point) => point.name}
            columns={[
              {
                id: 'name',
                name: step === 'hour' ? 'Hour' : 'Day',
                sortBy: (point) => point.name,
                cell: (point) => `${point.name}${point.isPartial ? ' (still running)' : ''}`,
              },
              { id: 'value', name: metric.label, isNumber: true, sortBy: (point) => point.value, cell: (point) => figure(point.value) },
              {
                id: 'previousName',
                name: 'Before',
                sortBy: (point) => point.previousName,
                cell: (point) => point.previousName || format.missing,
              },
              {
                id: 'previous',
                name: `${metric.label} before`,
                isNumber: true,
                sortBy: (point) => point.previous,
                cell: (point) => figure(point.previous),
              },
            ]}
          />
        </div>
      )}
      <p className="visually-hidden">Compared with {comparisonWords(period)}.</p>
    </Card>
  );
}
