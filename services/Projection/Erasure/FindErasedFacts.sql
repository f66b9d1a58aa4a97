-- How far the projection is behind what the log says of this erasure, and how many facts have followed it.
with marks as (
    select e.seq_id, e.data from events.mt_events e where e.tenant_id = $1 and e.stream_id = $2
)
select coalesce((select max(seq_id) from marks), 0) <= (select projected from projection.watermark()) as has_followed,
       (select count(*) from projection.event_fact f
        where f.seq_id in (select jsonb_array_elements_text(m.data->'Events' || (m.data->'Anonymous'))::bigint from marks m)) as facts
