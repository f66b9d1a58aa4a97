import { useQuery } from '@tanstack/react-query';
import { now } from '@/lib/clock';
import * as format from '@/lib/format';
import { Problem, unreachable } from '@/lib/problem';
import { tenantOptions } from '@/lib/tenant';
import { EmptyState } from '@/ui/EmptyState';
import { Notice } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import styles from './StatusPage.module.css';

type State = 'Healthy' | 'Degraded' | 'Unhealthy';
type Part = {
  status: State;
  since: string;
  description: string | null;
  lastOutage: { from: string; to: string | null; description: string | null } | null;
};
type Health = { status: State; parts: Record<string, Part> };

const healthOptions = {
  queryKey: ['health'] as const,
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Health> => {
    let answer: Response;
    try {
      answer = await fetch('/health', { signal, credentials: 'omit' });
    } catch {
      throw unreachable();
    }
    // 503 says which part is away: an answer like any other here.
    if (!answer.ok && answer.status !== 503) throw new Problem(answer.status, 'The state of the platform is not known.');
    return (await answer.json()) as Health;
  },
  refetchInterval: 5_000,
};

const words: Record<State, string> = { Healthy: 'Working', Degraded: 'Degraded', Unhealthy: 'Not working' };

const overall: Record<State, { kind: 'info' | 'warning' | 'error'; title: string }> = {
  Healthy: { kind: 'info', title: 'Everything works.' },
  Degraded: { kind: 'warning', title: 'The platform works, but not every part of it.' },
  Unhealthy: { kind: 'error', title: 'A part that you need does not work.' },
};

/** How every part of the platform is, and when it last was not well. For everybody. */
export function StatusPage() {
  const { data, error } = useQuery(healthOptions);
  const { data: tenant } = useQuery(tenantOptions);
  const zone = tenant?.timeZone ?? 'UTC';
  const failure = error instanceof Problem ? error : null;
  return (
    <div className={styles.page}>
      <header>
        <h1>Status</h1>
        <p className={styles.quiet}>Every part of the platform, looked at twice a second.</p>
      </header>
      {failure ? <Notice kind="error" title={failure.message} detail={failure.detail} /> : null}
      {data ? (
        <>
          {failure ? null : <Notice kind={overall[data.status].kind} title={overall[data.status].title} />}
          <ul className={styles.parts} aria-label="Parts">
            {Object.entries(data.parts).map(([name, part]) => (
              <li key={name} data-status={part.status}>
                <strong>{name}</strong>
                <span className={styles.state}>
                  <span className={styles.dot} aria-hidden="true" />
                  {words[part.status]}
                  <span className={styles.since}> for {format.age(now() - Date.parse(part.since))}</span>
                </span>
                <span className={styles.more}>
                  {part.description ??
                    (part.lastOutage
                      ? `Last outage ${format.moment(part.lastOutage.from, zone)}${lasted(part.lastOutage)}`
                      : 'No outage since it started')}
                </span>
              </li>
            ))}
          </ul>
        </>
      ) : failure ? (
        <EmptyState icon="status" title="Nothing is known yet." detail="This page looks again every few seconds." />
      ) : (
        <Skeleton height="20rem" />
      )}
    </div>
  );
}

function lasted({ from, to }: { from: string; to: string | null }): string {
  return to ? `, for ${format.age(Date.parse(to) - Date.parse(from))}` : '';
}
