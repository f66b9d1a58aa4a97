import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type Catalogue, catalogueOptions } from '@/lib/catalogue';
import { Problem } from '@/lib/problem';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { Skeleton } from '@/ui/Skeleton';
import styles from './DefinitionsPage.module.css';

const additivity: Record<string, string> = {
  additive: 'May be summed over anything.',
  distinct: 'Counts distinct persons: rows may not be summed.',
  ratio: 'A ratio of sums: neither summed nor averaged.',
};

/** What every number means: the metric catalogue, as the API, the SQL views and these pages have it. */
export function DefinitionsPage() {
  const { data, error, refetch } = useQuery(catalogueOptions);

  // The entry that a link leads to comes after the page.
  useEffect(() => {
    if (!data || !location.hash) return;
    const entry = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    entry?.scrollIntoView({ block: 'center' });
    entry?.focus({ preventScroll: true });
  }, [data]);

  return (
    <div className={styles.page}>
      <header>
        <h1>Definitions</h1>
        <p className={styles.quiet}>Every number has one definition, and every page, export and BI tool uses it.</p>
      </header>
      {data ? (
        <Lists catalogue={data} />
      ) : error ? (
        <EmptyState icon="warning" title={error.message} detail={error instanceof Problem ? error.detail : null} isAlert>
          <Button onClick={() => void refetch()}>Try again</Button>
        </EmptyState>
      ) : (
        <Skeleton height="24rem" />
      )}
    </div>
  );
}

function Lists({ catalogue }: { catalogue: Catalogue }) {
  return (
    <>
      <section aria-labelledby="metrics" className={styles.list}>
        <h2 id="metrics">Metrics</h2>
        <dl>
          {catalogue.metrics.map((metric) => (
            <div key={metric.name} id={metric.name} tabIndex={-1} className={styles.entry}>
              <dt>
                <code>{metric.name}</code>
              </dt>
              <dd>
                <p>{metric.description}</p>
                <p className={styles.quiet}>
                  Unit: {metric.unit}. Dated by {metric.datedBy}. {additivity[metric.additivity] ?? ''}
                </p>
              </dd>
            </div>
          ))}
        </dl>
      </section>
      <section aria-labelledby="dimensions" className={styles.list}>
        <h2 id="dimensions">Dimensions</h2>
        <dl>
          {catalogue.dimensions.map((dimension) => (
            <div key={dimension.name} id={`by-${dimension.name}`} className={styles.entry}>
              <dt>
                <code>{dimension.name}</code>
              </dt>
              <dd>
                <p>{dimension.description}</p>
                {dimension.values ? (
                  <p className={styles.quiet}>One of {dimension.values.join(', ')}.</p>
                ) : dimension.example ? (
                  <p className={styles.quiet}>Such as {dimension.example}.</p>
                ) : null}
              </dd>
            </div>
          ))}
        </dl>
      </section>
      <p className={styles.quiet}>Catalogue version {catalogue.version}.</p>
    </>
  );
}
