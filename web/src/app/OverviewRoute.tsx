import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useRef } from 'react';
import { LivePanel } from '@/features/live/LivePanel';
import { OverviewPage } from '@/features/overview/OverviewPage';
import { may, roleName, seesRevenue } from '@/features/session/roles';
import { useSession } from '@/features/session/session';
import { catalogueOptions } from '@/lib/catalogue';
import { Problem } from '@/lib/problem';
import { figures } from '@/lib/query';
import { tenantOptions } from '@/lib/tenant';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { Skeleton } from '@/ui/Skeleton';
import styles from './OverviewRoute.module.css';

const route = getRouteApi('/inside/');

/** At most so often are the figures asked for again while events pour in, in milliseconds; the live counters move at once. */
const refreshEvery = 10_000;

/** The overview, put together from figures and live numbers by what the reader may see. */
export function OverviewRoute() {
  const session = useSession();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const tenant = useQuery(tenantOptions);
  const seesFigures = session !== null && may(session, 'dashboards');
  const catalogue = useQuery({ ...catalogueOptions, enabled: seesFigures });
  const last = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const refresh = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () => {
        last.current = Date.now();
        if (document.visibilityState === 'visible') void client.invalidateQueries({ queryKey: [figures] });
      },
      Math.max(0, last.current + refreshEvery - Date.now()),
    );
  }, [client]);

  if (!session) return null;
  if (!tenant.data) return <Waiting problem={tenant.error} onRetry={() => void tenant.refetch()} />;
  const { timeZone, currency } = tenant.data;
  const live = <LivePanel timeZone={timeZone} currency={currency ?? 'XXX'} seesScans={may(session, 'analytics')} onChange={refresh} />;
  if (!seesFigures) {
    return (
      <div className={styles.narrow}>
        <h1>Overview</h1>
        <p className={styles.quiet}>
          As {roleName(session.role).toLowerCase()} you see what happens right now. Figures over time, and revenue, are for analysts,
          executives and administrators.
        </p>
        {live}
      </div>
    );
  }

  return (
    <OverviewPage
      tenant={tenant.data}
      withRevenue={seesRevenue(session)}
      campaigns={session.campaigns}
      definitions={catalogue.data?.metrics ?? []}
      search={search}
      onSearch={(change) => {
        const { sort, direction, metric } = search;
        const kept = { ...(sort ? { sort } : {}), ...(direction ? { direction } : {}), ...(metric ? { metric } : {}) };
        void navigate({ search: { ...kept, ...change }, replace: true, resetScroll: false });
      }}
      live={live}
    />
  );
}

function Waiting({ problem, onRetry }: { problem: Error | null; onRetry: () => void }) {
  return (
    <div className={styles.waiting}>
      <h1>Overview</h1>
      {problem ? (
        <EmptyState icon="warning" title={problem.message} detail={problem instanceof Problem ? problem.detail : null} isAlert>
          <Button onClick={onRetry}>Try again</Button>
        </EmptyState>
      ) : (
        <>
          <Skeleton height="8rem" />
          <Skeleton height="20rem" />
        </>
      )}
    </div>
  );
}
