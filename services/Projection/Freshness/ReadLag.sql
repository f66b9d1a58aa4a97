-- How far every projection is behind the log, in numbers of the log (holes count) and in the age of the oldest event that it has not seen.
-- Rows that are bookkeeping of the daemon are no projections; a projection that has not made its first page has no row yet.
with projections as (
    select name, coalesce(last_seq_id, 0) as position
    from events.mt_event_progression
    where name not in ('HighWaterMark', 'HighWaterAllocationFence', 'HighWaterStuckGap') and name not like 'HighWaterMark:%'
    union all
    select expected, 0
    from unnest($1::text[]) as expected
    where not exists (select from events.mt_event_progression p where p.name = expected)
)
select p.name,
       greatest(coalesce((select max(e.seq_id) from events.mt_events e), 0) - p.position, 0) as events,
       greatest(coalesce(extract(epoch from clock_timestamp() - (
           select e.timestamp from events.mt_events e where e.seq_id > p.position order by e.seq_id limit 1)), 0), 0)::float8 as seconds
from projections p
order by p.name
