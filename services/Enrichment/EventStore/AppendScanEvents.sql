-- Appends a batch over many streams. Ids first and sorted, then streams sorted: all writers lock in the same order.
-- Numbers are drawn for new events only, so that a repeated batch leaves no hole for the daemon to puzzle over.
with input as (
    select *
    from unnest($1::varchar[], $2::text[], $3::uuid[], $4::bytea[], $5::varchar[], $6::varchar[], $7::varchar[], $8::varchar[], $9::jsonb[])
        with ordinality as i (tenant_id, event_id, id, content_hash, stream_id, stream_type, type, dotnet_type, data, ordinal)
), fresh as (
    insert into events.event_ids (tenant_id, event_id, id, content_hash)
    select tenant_id, event_id, id, content_hash from input order by tenant_id, event_id collate "C"
    on conflict do nothing
    returning id
), numbered as (
    select i.ordinal, i.tenant_id, i.stream_id, i.stream_type,
           row_number() over stream as nth, count(*) over (partition by i.tenant_id, i.stream_id) as of_stream
    from input i join fresh using (id)
    window stream as (partition by i.tenant_id, i.stream_id order by i.ordinal)
), streams as (
    insert into events.mt_streams as s (tenant_id, id, type, version)
    select tenant_id, stream_id, stream_type, of_stream from numbered where nth = 1 order by tenant_id, stream_id
    on conflict (tenant_id, id) do update set version = s.version + excluded.version, timestamp = now() where not s.is_archived
    returning tenant_id, id, version
), appended as (
    insert into events.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type)
    select nextval('events.mt_events_sequence'), e.id, e.stream_id, e.version, e.data, e.type, now(), e.tenant_id, e.dotnet_type
    from (
        select i.id, i.stream_id, s.version - n.of_stream + n.nth as version, i.data, i.type, i.tenant_id, i.dotnet_type
        from numbered n
        join streams s on s.tenant_id = n.tenant_id and s.id = n.stream_id
        join input i on i.ordinal = n.ordinal
        order by n.ordinal
    ) e
    returning seq_id
)
select coalesce((select array_agg((ordinal - 1)::int) from numbered), '{}') as fresh,
       (select count(*) from appended)::int as appended,
       (select max(seq_id) from appended) as last_seq_id,
       -- Wakes the daemon when this commits.
       (select pg_notify('mt_events_appended', '')::text where exists (select from numbered)) as notified
