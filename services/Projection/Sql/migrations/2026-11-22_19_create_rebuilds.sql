-- Read models made anew from the log, beside the live ones, which go on meanwhile: the same steps in a schema of their own, in bigger pages, the
-- rollups summed up at the end. The result is compared with what is there, row by row, and only what differs is written over. So a rebuild
-- that finds nothing changes nothing, and readers of the rows that are right never notice one.

set local check_function_bodies = off;

create table projection.rebuild (
    id           uuid        primary key,
    status       text        not null, -- waiting, replaying, comparing, correcting, completed, failed
    tenant_id    text        not null, -- whose user asked
    requested_by text        not null,
    requested_at timestamptz not null,
    started_at   timestamptz,
    finished_at  timestamptz,
    events       bigint      not null default 0, -- read so far
    events_total bigint      not null default 0,
    failure      text
);

-- How the rebuilt rows differed from the live ones, per tenant and table; tables that were the same are listed with zeros.
create table projection.rebuild_result (
    rebuild_id uuid   not null references projection.rebuild on delete cascade,
    tenant_id  text   not null,
    dataset    text   not null,
    rows       bigint not null, -- as rebuilt
    missing    bigint not null, -- rebuilt rows that were not there, or otherwise
    unexpected bigint not null, -- live rows that the log does not give, or gives otherwise
    primary key (rebuild_id, tenant_id, dataset)
);

-- Everything that follows from the log, with the columns that name a row and what of it is compared: all but change_seq and generated columns;
-- sums that fell to nothing are no rows.
create view projection.rebuilt_table as
select t.name, t.ordinal, t.row_key, coalesce(t.kept, 'true') as kept,
       (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = ('projection.' || t.name)::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
          and a.attname <> 'change_seq') as columns
from (values
    ('event_fact', 1, '{seq_id,occurred_at}'::text[], null),
    ('session', 2, '{tenant_id,session_key}', null),
    ('campaign', 3, '{tenant_id,campaign_id}', null),
    ('qr_code', 4, '{tenant_id,qr_code_id}', null),
    ('geography', 5, '{tenant_id,geography_key}', null),
    ('device', 6, '{tenant_id,device_key}', null),
    ('visitor', 7, '{tenant_id,visitor}', null),
    ('unconsented', 8, '{tenant_id,qr_code_id,hour}', null),
    ('campaign_definition', 9, '{tenant_id,campaign_id}', null),
    ('campaign_version', 10, '{tenant_id,campaign_id,version}', null),
    ('campaign_cost', 11, '{tenant_id,campaign_id,cost_id}', null),
    ('campaign_cost_day', 12, '{tenant_id,campaign_id,cost_id,day}', null),
    ('qr_code_definition', 13, '{tenant_id,qr_code_id}', null),
    ('placement', 14, '{tenant_id,placement_id}', null),
    ('placement_state', 15, '{tenant_id,placement_id,version}', null),
    ('rollup_quarter_hour', 16, '{tenant_id,starts_at,campaign_id,variant,channel_type,content_category,conversion_goal}',
        'events <> 0 or bot_scans <> 0 or test_scans <> 0'),
    ('rollup_day', 17, '{tenant_id,slice,day,campaign_id,variant,channel_type,content_category,conversion_goal,country,region,city,device_type,operating_system,browser,qr_code_id}',
        'events <> 0 or bot_scans <> 0 or test_scans <> 0'),
    ('visitor_day', 18, '{tenant_id,visitor,slice,campaign_id,day}', null),
    ('visitor_cell', 19, '{tenant_id,slice,campaign_id,day,previous_day}', 'visitors <> 0')) as t (name, ordinal, row_key, kept);

-- An empty schema for the rebuilt rows. Not written ahead: it is worth nothing after a crash.
create function projection.begin_rebuild() returns void
    language plpgsql
    set client_min_messages = warning
as
$$
declare
    rebuilt record;
begin
    drop schema if exists projection_rebuild cascade;
    create schema projection_rebuild;
    for rebuilt in select r.name from projection.rebuilt_table r loop
        execute format('create unlogged table projection_rebuild.%1$I (like projection.%1$I including all)', rebuilt.name);
    end loop;
    -- Only what finds rows while they are made; the rollups are summed up into tables without any index.
    for rebuilt in
        select i.indexname from pg_indexes i
        where i.schemaname = 'projection_rebuild'
          and (i.indexdef like '%change_seq%' or i.indexdef like '%(tenant_id, seq_id)%' or i.indexdef like '%event_fact%(tenant_id, occurred_at, event_id)%')
    loop
        execute format('drop index projection_rebuild.%I', rebuilt.indexname);
    end loop;
    for rebuilt in
        select c.conname, t.relname from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_namespace n on n.oid = t.relnamespace
        where n.nspname = 'projection_rebuild' and c.contype in ('p', 'u')
          and t.relname in ('rollup_quarter_hour', 'rollup_day', 'visitor_day', 'visitor_cell')
    loop
        execute format('alter table projection_rebuild.%I drop constraint %I', rebuilt.relname, rebuilt.conname);
    end loop;
    create unlogged table projection_rebuild.position (sequence bigint not null);
    insert into projection_rebuild.position values (0);
end
$$;

-- How far the live read models are.
create function projection.live_position() returns bigint
    language plpgsql stable
as
$$
begin
    return coalesce((select p.last_seq_id from events.mt_event_progression p where p.name = 'Scans:All'), 0);
end
$$;

-- The next events of the log, up to where the live read models are; returns how many there were.
create function projection.replay_page(up_to bigint, size integer) returns integer
    language plpgsql
as
$$
declare
    former text := current_setting('search_path');
    sequences bigint[];
begin
    sequences := array(
        select e.seq_id from events.mt_events e
        where e.seq_id > (select p.sequence from projection_rebuild.position p) and e.seq_id <= up_to and not coalesce(e.is_archived, false)
        order by e.seq_id limit size);
    if sequences = '{}' then return 0; end if;
    perform set_config('projection.change', '0', true);
    perform set_config('search_path', 'projection_rebuild, projection', true);
    perform projection.process_page(sequences);
    perform set_config('search_path', former, true);
    update projection_rebuild.position set sequence = sequences[cardinality(sequences)];
    return cardinality(sequences);
end
$$;

-- The rollups of the rebuilt facts.
create function projection.sum_up_rebuilt() returns void
    language plpgsql
as
$$
declare
    former text := current_setting('search_path');
begin
    truncate projection_rebuild.rollup_quarter_hour, projection_rebuild.rollup_day, projection_rebuild.visitor_day, projection_rebuild.visitor_cell;
    perform set_config('projection.change', '0', true);
    perform set_config('search_path', 'projection_rebuild, projection', true);
    perform projection.sum_up_facts();
    perform projection.sum_up_visitors();
    perform set_config('search_path', former, true);
end
$$;

-- One table, live against rebuilt, per tenant. First by a sum of the rows' hashes, which needs no sorting; rows are told apart only where
-- the sums differ.
create function projection.compare_rebuilt(relation text) returns table (tenant_id text, rows bigint, missing bigint, unexpected bigint)
    language plpgsql
    set work_mem = '128MB'
as
$$
declare
    compared text;
    condition text;
begin
    select string_agg(quote_ident(c), ', '), min(r.kept) into compared, condition
    from projection.rebuilt_table r cross join unnest(r.columns) c where r.name = relation;
    return query execute format($sql$
        with live as (
            select s.tenant_id, count(*) as rows, sum(hash_record_extended(row(%2$s), 0)::numeric) as hash
            from projection.%1$I s where %3$s group by 1
        ), rebuilt as (
            select s.tenant_id, count(*) as rows, sum(hash_record_extended(row(%2$s), 0)::numeric) as hash
            from projection_rebuild.%1$I s where %3$s group by 1
        ), differing as materialized (
            select coalesce(r.tenant_id, l.tenant_id) as tenant_id from rebuilt r full join live l on l.tenant_id = r.tenant_id
            where (l.rows, l.hash) is distinct from (r.rows, r.hash)
        ), missing as (
            select m.tenant_id, count(*) as rows from (
                select %2$s from projection_rebuild.%1$I where (%3$s) and tenant_id in (select d.tenant_id from differing d)
                except all
                select %2$s from projection.%1$I where (%3$s) and tenant_id in (select d.tenant_id from differing d)) m group by 1
        ), unexpected as (
            select m.tenant_id, count(*) as rows from (
                select %2$s from projection.%1$I where (%3$s) and tenant_id in (select d.tenant_id from differing d)
                except all
                select %2$s from projection_rebuild.%1$I where (%3$s) and tenant_id in (select d.tenant_id from differing d)) m group by 1
        )
        select coalesce(r.tenant_id, l.tenant_id), coalesce(r.rows, 0), coalesce(m.rows, 0), coalesce(u.rows, 0)
        from rebuilt r
        full join live l on l.tenant_id = r.tenant_id
        left join missing m on m.tenant_id = coalesce(r.tenant_id, l.tenant_id)
        left join unexpected u on u.tenant_id = coalesce(r.tenant_id, l.tenant_id)
        $sql$, relation, compared, condition);
end
$$;

-- Writes the rows of one table that differ, in a change of its own (begin_change comes first). What is gone for good is told as removed.
create function projection.correct_from_rebuilt(relation text) returns void
    language plpgsql
    set client_min_messages = warning
as
$$
declare
    compared text;
    same_row text;
    condition text;
begin
    select string_agg(quote_ident(c), ', '), min(r.kept) into compared, condition
    from projection.rebuilt_table r cross join unnest(r.columns) c where r.name = relation;
    select string_agg(format('l.%1$I is not distinct from d.%1$I', k), ' and ') into same_row
    from projection.rebuilt_table r cross join unnest(r.row_key) k where r.name = relation;

    if relation = 'event_fact' then
        perform set_config('search_path', 'projection', true);
        perform projection.ensure_months(array(select distinct date_trunc('month', f.occurred_at, 'UTC') from projection_rebuild.event_fact f));
        insert into projection.removal (tenant_id, dataset, row_key, campaign_id)
        select f.tenant_id, d.dataset, f.event_id, f.campaign_id
        from projection.event_fact f
        cross join lateral (
            select 'fact_scan' as dataset where f.is_scan
            union all select 'fact_conversion' where f.is_counted and f.conversion_count > 0
            union all select 'fact_revenue' where f.is_counted and f.revenue is not null) d
        left join projection_rebuild.event_fact r on r.seq_id = f.seq_id and r.occurred_at = f.occurred_at
        where r.seq_id is null or r.campaign_id is distinct from f.campaign_id
           or (d.dataset = 'fact_scan' and not r.is_scan) or (d.dataset <> 'fact_scan' and not r.is_counted)
        on conflict (tenant_id, dataset, row_key, campaign_id) do update set change_seq = excluded.change_seq;
    end if;

    execute format('create temporary table rebuilt_difference on commit drop as
                    select %2$s from projection.%1$I where %3$s except all select %2$s from projection_rebuild.%1$I where %3$s', relation, compared, condition);
    execute format('delete from projection.%I l using rebuilt_difference d where %s', relation, same_row);
    execute format('drop table rebuilt_difference');
    -- What fell to nothing is kept as such unless the row is wanted again.
    execute format('create temporary table rebuilt_difference on commit drop as
                    select %2$s from projection_rebuild.%1$I where %3$s except all select %2$s from projection.%1$I where %3$s', relation, compared, condition);
    if condition <> 'true' then
        execute format('delete from projection.%I l using rebuilt_difference d where %s', relation, same_row);
    end if;
    execute format('insert into projection.%1$I (%2$s) select %2$s from rebuilt_difference', relation, compared);
    drop table rebuilt_difference;
end
$$;

create function projection.end_rebuild() returns void
    language plpgsql
    set client_min_messages = warning
as
$$
begin
    drop schema if exists projection_rebuild cascade;
end
$$;
