import { useEffect, useState } from 'react';
import { now } from '@/lib/clock';
import * as format from '@/lib/format';
import { Card } from '@/ui/Card';
import { EmptyState } from '@/ui/EmptyState';
import { Skeleton } from '@/ui/Skeleton';
import { type Live, placeOf } from './model';
import type { StreamState } from './stream';
import styles from './LivePanel.module.css';
import { useLive } from './useLive';

type Props = {
  timeZone: string;
  currency: string;
  /** Whether rows of single scans are sent to this reader; otherwise there are counters only. */
  seesScans: boolean;
  onChange?: () => void;
};

/** What happens right now: counters that move within a second or so of an accepted event, and the newest scans. */
export function LivePanel({ timeZone, currency, seesScans, onChange }: Props) {
  const { live, state } = useLive(onChange);
  const { counters } = live;
  return (
    <Card
      title="Live"
      actions={<StreamStatus state={state} />}
      facts={
        counters ? (
          <>
            As of {format.time(counters.asOf, timeZone, { seconds: true })}. “Today” began at midnight in {zoneName(timeZone)}.
          </>
        ) : undefined
      }
    >
      {counters ? (
        <dl className={styles.counters} data-stale={state.kind !== 'live' || undefined}>
          <div className={styles.total}>
            <dt>Scans today</dt>
            <dd data-live="today">{format.count(counters.today.totalScans)}</dd>
          </div>
          <Counter name="Last 60 minutes" value={format.count(counters.lastHour.totalScans)} />
          <Counter name="Visitors today" value={format.count(counters.today.uniqueVisitors)} />
          <Counter name="Conversions today" value={format.count(counters.today.conversions)} />
          {counters.today.revenue === undefined ? null : (
            <Counter name="Revenue today" value={format.money(counters.today.revenue, currency)} />
          )}
          <div className={styles.ever}>
            <dt>Scans of all time</dt>
            <dd data-live="total">{format.count(counters.totalScans)}</dd>
          </div>
        </dl>
      ) : state.kind === 'refused' ? (
        <EmptyState icon="lock" title={state.problem.message} detail={state.problem.detail} />
      ) : (
        <div className={styles.loading}>
          <Skeleton height="3rem" width="50%" />
          <Skeleton height="5rem" />
        </div>
      )}
      {seesScans && counters ? <RecentScans scans={live.scans} timeZone={timeZone} /> : null}
    </Card>
  );
}

function Counter({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function RecentScans({ scans, timeZone }: { scans: Live['scans']; timeZone: string }) {
  const today = format.isoDay(now(), timeZone);
  return (
    <div className={styles.recent}>
      <h3>Latest scans</h3>
      {scans.length === 0 ? (
        <p className={styles.none}>None yet. They appear here as they come in.</p>
      ) : (
        <ol>
          {scans.map((scan) => (
            <li key={scan.eventId}>
              <time dateTime={scan.timestamp}>
                {format.isoDay(scan.timestamp, timeZone) === today
                  ? format.time(scan.timestamp, timeZone, { seconds: true, zoneName: false })
                  : format.day(format.isoDay(scan.timestamp, timeZone))}
              </time>
              <span className={styles.what}>
                <strong>{scan.campaignName ?? scan.campaignId ?? 'Without campaign'}</strong>
                <span>
                  {placeOf(scan)}
                  {scan.deviceType ? ` · ${scan.deviceType}` : ''}
                </span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** Whether the numbers beside it are of now; the waiting time counts down. */
function StreamStatus({ state }: { state: StreamState }) {
  const [moment, setMoment] = useState(() => Date.now());
  const isWaiting = state.kind === 'waiting';
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => setMoment(Date.now()), 500);
    return () => clearInterval(timer);
  }, [isWaiting]);

  const words =
    state.kind === 'live'
      ? 'Live'
      : state.kind === 'connecting'
        ? 'Connecting …'
        : state.kind === 'waiting'
          ? `Not live. Trying again in ${Math.max(1, Math.ceil((state.until - moment) / 1000))} s`
          : 'Not live';
  return (
    <span className={styles.status} data-state={state.kind}>
      <span className={styles.dot} aria-hidden="true" />
      {words}
    </span>
  );
}

const zoneName = (zone: string): string => zone.replaceAll('_', ' ').replace('/', ' / ');
