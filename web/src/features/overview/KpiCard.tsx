import type { ReactNode } from 'react';
import * as format from '@/lib/format';
import type { MetricView } from '@/lib/metrics';
import { Delta } from '@/ui/Delta';
import { Skeleton } from '@/ui/Skeleton';
import { Sparkline } from '@/ui/Sparkline';
import styles from './KpiCard.module.css';

type Props = {
  metric: MetricView;
  explain: ReactNode;
  currency: string;
  comparedWith: string;
  isLoading: boolean;
  value: number | null;
  previous: number | null;
  change: format.Change;
  note?: string | undefined;
  values: readonly (number | null)[];
  previousValues: readonly (number | null)[];
};

/** A figure, how it changed, and the shape of it. Drawn without the chart library, so that it is there at once. */
export function KpiCard({
  metric,
  explain,
  currency,
  comparedWith,
  isLoading,
  value,
  previous,
  change,
  note,
  values,
  previousValues,
}: Props) {
  return (
    <section className={styles.card} aria-label={metric.label} aria-busy={isLoading} data-metric={metric.name}>
      <div className={styles.title}>
        <h2>{metric.label}</h2>
        {explain}
      </div>
      {isLoading ? (
        <div className={styles.loading}>
          <Skeleton height="2rem" width="60%" />
          <Skeleton height="1.25rem" width="80%" />
          <Skeleton height="2rem" />
        </div>
      ) : (
        <>
          <p className={styles.figure}>{format.figure(value, metric.unit, currency)}</p>
          <p className={styles.comparison}>
            <Delta change={change} isGoodWhenUp={metric.isGoodWhenUp} />
            <span title={`Compared with ${comparedWith}`}>
              from <span className={styles.previous}>{format.figure(previous, metric.unit, currency)}</span>
            </span>
          </p>
          <Sparkline values={values} previous={previousValues} />
          {note ? <p className={styles.note}>{note}</p> : null}
        </>
      )}
    </section>
  );
}
