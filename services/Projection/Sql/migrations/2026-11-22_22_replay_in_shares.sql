-- A rebuild works over several connections: each replays a share of the streams, and the sums and comparisons are shared out as well. Whatever a
-- stream's own events decide is done in its share; what events of several streams decide (who is a new customer, whom an erasure concerns), and what
-- is no fact, once all shares are there. Members of dimensions are kept per share and merged by the rule that a page adds them by.

set local check_function_bodies = off;

create function projection.geography_key(country text, region text, city text) returns bigint
    language sql immutable parallel safe
return hashtextextended(coalesce(country, chr(1)) || chr(31) || coalesce(region, chr(1)) || chr(31) || coalesce(city, chr(1)), 0);

create function projection.device_key(device_type text, operating_system text, browser text) returns bigint
    language sql immutable parallel safe
return hashtextextended(coalesce(device_type, chr(1)) || chr(31) || coalesce(operating_system, chr(1)) || chr(31) || coalesce(browser, chr(1)), 0);

-- The temporary tables of this session.
create or replace function projection.create_page_tables() returns void
    language plpgsql
as
$$
begin
    create temporary table page_fact (like projection.event_fact);
    alter table page_fact alter column change_seq drop not null;
    create index on page_fact (seq_id);
    create index on page_fact (stream_id);
    -- Facts of earlier pages as they were before this change (kept by a trigger of event_fact).
    create temporary table page_before (like projection.event_fact);
    create index on page_before (seq_id);
    -- Streams without source sessions whose sessions are to be cut anew, from where on, and their events from there.
    create temporary table page_cut (tenant_id text, stream_id text collate "C", from_at timestamptz);
    create temporary table page_cut_event (
        tenant_id text, stream_id text collate "C", seq_id bigint, occurred_at timestamptz, event_id text collate "C", is_new boolean,
        session_key text collate "C", cut_key text collate "C", is_scan boolean, is_bot_scan boolean, is_test boolean, conversion_count integer,
        engagement_seconds numeric, revenue numeric);
    create index on page_cut_event (stream_id, occurred_at, event_id);
    create index on page_cut_event (seq_id);
    -- New facts of this change that page_fact holds no longer.
    create temporary table page_new (seq_id bigint, occurred_at timestamptz);
    -- The page's sessions and what their attribution scans lend to the other events.
    create temporary table page_session (
        tenant_id text, session_key text collate "C", stream_id text collate "C", started_at timestamptz, last_at timestamptz,
        attribution_seq bigint, attribution_at timestamptz, is_bot boolean, is_moved boolean, is_new_attribution boolean,
        conversions integer, first_conversion_at timestamptz, engagements integer, engagement_seconds numeric, revenue numeric,
        qr_code_id text, campaign_id text, stated_campaign_name text, variant text, channel_type text, content_category text,
        conversion_goal text, country text, region text, city text, latitude numeric(5, 2), longitude numeric(5, 2), location_accuracy text,
        device_type text, operating_system text, browser text, screen_resolution text, lead_score numeric,
        primary key (tenant_id, session_key));
    -- What the change takes from the rollups (sign -1) and adds to them (1).
    create temporary table page_change (sign integer, like projection.event_fact);
    create temporary table page_visitor_day (tenant_id text, slice text, campaign_id text, visitor uuid, day date, scans bigint, is_turn boolean);
    create temporary table page_cell (tenant_id text, slice text, campaign_id text, day date, previous_day date, visitors integer);
end
$$;

-- Members of dimensions: what the page's facts state themselves, before contexts are lent (describe_dimensions), and what a share has come to
-- (merge_share), by the same rules.
do
$generate$
declare
    campaigns constant text := $rule$
    on conflict (tenant_id, campaign_id) do update set
        (campaign_name, channel_type, content_category, conversion_goal, described_at, described_by) = (
            select d.name, d.channel, d.category, d.goal, d.at, d.by
            from (values (c.campaign_name, c.channel_type, c.content_category, c.conversion_goal, c.described_at, c.described_by),
                         (excluded.campaign_name, excluded.channel_type, excluded.content_category, excluded.conversion_goal,
                          excluded.described_at, excluded.described_by)) as d (name, channel, category, goal, at, by)
            order by d.name is null, d.at desc, d.by desc
            limit 1),
        first_seen_at = least(c.first_seen_at, excluded.first_seen_at)
    where (c.campaign_name is null, c.described_at, c.described_by, c.first_seen_at) is distinct from
          (excluded.campaign_name is null, excluded.described_at, excluded.described_by, excluded.first_seen_at)$rule$;
    codes constant text := $rule$
    on conflict (tenant_id, qr_code_id) do update set first_seen_at = excluded.first_seen_at where excluded.first_seen_at < q.first_seen_at$rule$;
    visitors constant text := $rule$
    on conflict (tenant_id, visitor) do update set
        first_seen_at = least(v.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(v.last_seen_at, excluded.last_seen_at),
        first_scan_at = least(v.first_scan_at, excluded.first_scan_at)
    where excluded.first_seen_at < v.first_seen_at or excluded.last_seen_at > v.last_seen_at
       or (excluded.first_scan_at is not null and (v.first_scan_at is null or excluded.first_scan_at < v.first_scan_at))$rule$;
begin
    execute format($function$
create or replace function projection.describe_dimensions() returns void
    language plpgsql
as
$$
begin
    insert into campaign as c (
        tenant_id, campaign_id, campaign_name, channel_type, content_category, conversion_goal, described_at, described_by, first_seen_at)
    select distinct on (p.tenant_id, p.campaign_id)
           p.tenant_id, p.campaign_id, p.stated_campaign_name, p.channel_type, p.content_category, p.conversion_goal, p.occurred_at, p.event_id,
           min(p.occurred_at) over (partition by p.tenant_id, p.campaign_id)
    from page_fact p
    where p.campaign_id is not null
    order by p.tenant_id, p.campaign_id, p.stated_campaign_name is null, p.occurred_at desc, p.event_id desc %1$s;

    insert into qr_code as q (tenant_id, qr_code_id, first_seen_at)
    select p.tenant_id, p.qr_code_id, min(p.occurred_at)
    from page_fact p
    group by p.tenant_id, p.qr_code_id %2$s;

    insert into geography (tenant_id, geography_key, country, region, city)
    select p.tenant_id, projection.geography_key(p.country, p.region, p.city), p.country, p.region, p.city
    from (select distinct p.tenant_id, p.country, p.region, p.city from page_fact p) p
    on conflict do nothing;

    insert into device (tenant_id, device_key, device_type, operating_system, browser)
    select p.tenant_id, projection.device_key(p.device_type, p.operating_system, p.browser), p.device_type, p.operating_system, p.browser
    from (select distinct p.tenant_id, p.device_type, p.operating_system, p.browser from page_fact p) p
    on conflict do nothing;

    insert into visitor as v (tenant_id, visitor, first_seen_at, last_seen_at, first_scan_at)
    select p.tenant_id, p.visitor, min(p.occurred_at), max(p.occurred_at), min(p.occurred_at) filter (where p.is_scan)
    from page_fact p
    where p.visitor is not null
    group by p.tenant_id, p.visitor
    order by p.tenant_id, p.visitor %3$s;
end
$$ $function$, campaigns, codes, visitors);
    execute format($function$
create function projection.merge_share() returns void
    language plpgsql
as
$$
begin
    perform set_config('projection.change', '0', true);
    insert into projection_rebuild.campaign as c select * from pg_temp.campaign %1$s;
    insert into projection_rebuild.qr_code as q select * from pg_temp.qr_code %2$s;
    insert into projection_rebuild.geography select * from pg_temp.geography on conflict do nothing;
    insert into projection_rebuild.device select * from pg_temp.device on conflict do nothing;
    insert into projection_rebuild.visitor as v select * from pg_temp.visitor %3$s;
    drop table pg_temp.campaign, pg_temp.qr_code, pg_temp.geography, pg_temp.device, pg_temp.visitor;
end
$$ $function$, campaigns, codes, visitors);
end
$generate$;

create function projection.ensure_page_months() returns void
    language plpgsql
as
$$
begin
    -- The rebuilt facts are in one piece.
    if (select c.relkind from pg_class c where c.oid = 'event_fact'::regclass) <> 'p' then return; end if;
    perform projection.ensure_months(array(select distinct date_trunc('month', p.occurred_at, 'UTC') from page_fact p));
end
$$;

-- The facts among these events, with everything that their own streams decide.
create function projection.project_facts(sequences bigint[]) returns void
    language plpgsql
as
$$
begin
    perform projection.open_page();
    perform projection.read_facts(sequences);
    perform projection.ensure_page_months();
    perform projection.describe_dimensions();
    perform projection.cut_sessions();
    perform projection.extend_sessions(true);
    perform projection.stamp_sessions();
    perform projection.write_facts();
end
$$;

-- What touches facts of earlier pages is asked only where there are any: a statement that may update every month's partition costs a
-- millisecond even where it finds nothing.
-- Returns whether somebody was erased.
create or replace function projection.process_page(sequences bigint[]) returns boolean
    language plpgsql
    set enable_seqscan = off
    set enable_hashjoin = off
    set enable_mergejoin = off
    set jit = off
    set plan_cache_mode = force_generic_plan
    set client_min_messages = warning
as
$$
begin
    perform projection.project_facts(sequences);
    -- Who is new is decided by the customers themselves and by what counts, which sessions that moved may have changed.
    if exists (select from page_fact p where p.kind = 'CUSTOMER') or exists (select from page_session t where t.is_moved) then
        perform projection.mark_new_customers(array(select distinct (t.tenant_id, t.stream_id)::projection.stream from page_session t));
    end if;
    if (select count(*) from page_fact) = cardinality(sequences) then return false; end if;
    return projection.process_others(array(select s from unnest(sequences) s where not exists (select from page_fact p where p.seq_id = s)));
end
$$;

-- The events that are no facts: few, mostly none. Returns whether somebody was erased.
create function projection.process_others(others bigint[]) returns boolean
    language plpgsql
as
$$
begin
    perform projection.count_unconsented(others);
    perform projection.erase_visitors(others);
    perform projection.apply_definitions(others);
    return exists (select from events.mt_events e where e.seq_id = any (others) and e.type = 'visitor_erased');
end
$$;

-- Everything that follows from the log; made_by: the function that sums a table up from the rebuilt facts, null where replaying fills it.
create or replace view projection.rebuilt_table as
select t.name, t.ordinal, t.row_key, coalesce(t.kept, 'true') as kept,
       (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = ('projection.' || t.name)::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
          and a.attname <> 'change_seq') as columns,
       t.made_by
from (values
    ('event_fact', 1, '{seq_id,occurred_at}'::text[], null, null),
    ('session', 2, '{tenant_id,session_key}', null, null),
    ('campaign', 3, '{tenant_id,campaign_id}', null, null),
    ('qr_code', 4, '{tenant_id,qr_code_id}', null, null),
    ('geography', 5, '{tenant_id,geography_key}', null, null),
    ('device', 6, '{tenant_id,device_key}', null, null),
    ('visitor', 7, '{tenant_id,visitor}', null, null),
    ('unconsented', 8, '{tenant_id,qr_code_id,hour}', null, null),
    ('campaign_definition', 9, '{tenant_id,campaign_id}', null, null),
    ('campaign_version', 10, '{tenant_id,campaign_id,version}', null, null),
    ('campaign_cost', 11, '{tenant_id,campaign_id,cost_id}', null, null),
    ('campaign_cost_day', 12, '{tenant_id,campaign_id,cost_id,day}', null, null),
    ('qr_code_definition', 13, '{tenant_id,qr_code_id}', null, null),
    ('placement', 14, '{tenant_id,placement_id}', null, null),
    ('placement_state', 15, '{tenant_id,placement_id,version}', null, null),
    ('rollup_quarter_hour', 16, '{tenant_id,starts_at,campaign_id,variant,channel_type,content_category,conversion_goal}',
        'events <> 0 or bot_scans <> 0 or test_scans <> 0', 'sum_up_facts'),
    ('rollup_day', 17, '{tenant_id,slice,day,campaign_id,variant,channel_type,content_category,conversion_goal,country,region,city,device_type,operating_system,browser,qr_code_id}',
        'events <> 0 or bot_scans <> 0 or test_scans <> 0', 'sum_up_facts'),
    ('visitor_day', 18, '{tenant_id,visitor,slice,campaign_id,day}', null, 'sum_up_visitors'),
    ('visitor_cell', 19, '{tenant_id,slice,campaign_id,day,previous_day}', 'visitors <> 0', 'sum_up_visitors')) as t (name, ordinal, row_key, kept, made_by);

-- An empty schema for the rebuilt rows. Not written ahead: it is worth nothing after a crash.
create or replace function projection.begin_rebuild() returns void
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
    -- Only what finds rows while they are made; what is summed up goes into tables without any index.
    for rebuilt in
        select i.indexname from pg_indexes i
        where i.schemaname = 'projection_rebuild'
          and (i.indexdef like '%change_seq%' or i.indexdef like '%(tenant_id, seq_id)%' or i.indexdef like '%event_fact%(tenant_id, occurred_at, event_id)%')
    loop
        execute format('drop index projection_rebuild.%I', rebuilt.indexname);
    end loop;
    for rebuilt in
        select c.conname, t.relname from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_namespace n on n.oid = t.relnamespace
        join projection.rebuilt_table r on r.name = t.relname
        where n.nspname = 'projection_rebuild' and c.contype in ('p', 'u') and r.made_by is not null
    loop
        execute format('alter table projection_rebuild.%I drop constraint %I', rebuilt.relname, rebuilt.conname);
    end loop;
    create unlogged table projection_rebuild.position (sequence bigint not null);
    insert into projection_rebuild.position values (0);
end
$$;

-- One of several shares of the log's facts: those of the streams whose hash falls to it. The members of dimensions that they state stay in tables of
-- this session (begin_share) until merge_share; the positions up to which a share is done are the caller's.
create function projection.begin_share() returns void
    language plpgsql
    set client_min_messages = warning
as
$$
begin
    create temporary table campaign (like projection.campaign including all);
    create temporary table qr_code (like projection.qr_code including all);
    create temporary table geography (like projection.geography including all);
    create temporary table device (like projection.device including all);
    create temporary table visitor (like projection.visitor including all);
end
$$;

-- Returns the facts that were replayed and the position behind the last of them; null when there are no more up to the given one.
create function projection.replay_share(share integer, shares integer, behind bigint, up_to bigint, size integer, out replayed integer, out reached bigint)
    language plpgsql
    set enable_seqscan = off
    set enable_hashjoin = off
    set enable_mergejoin = off
    set jit = off
    set plan_cache_mode = force_generic_plan
    set client_min_messages = warning
as
$$
declare
    former text := current_setting('search_path');
    sequences bigint[];
begin
    sequences := array(
        select e.seq_id from events.mt_events e
        where e.seq_id > behind and e.seq_id <= up_to and not coalesce(e.is_archived, false) and mod(hashtext(e.stream_id) & 2147483647, shares) = share
        order by e.seq_id limit size);
    replayed := cardinality(sequences);
    if replayed = 0 then return; end if;
    reached := sequences[replayed];
    perform set_config('projection.change', '0', true);
    perform set_config('search_path', 'projection_rebuild, projection', true);
    perform projection.project_facts(sequences);
    perform set_config('search_path', former, true);
end
$$;

-- All shares are merged: what is no fact, and what streams decide together. The rest of the log is replayed by pages from there.
create function projection.finish_shares(up_to bigint) returns void
    language plpgsql
    set enable_seqscan = off
    set enable_hashjoin = off
    set enable_mergejoin = off
    set jit = off
    set client_min_messages = warning
as
$$
declare
    former text := current_setting('search_path');
begin
    perform set_config('projection.change', '0', true);
    perform set_config('search_path', 'projection_rebuild, projection', true);
    perform projection.open_page();
    perform projection.process_others(projection.list_others(up_to));
    perform projection.mark_new_customers(array(
        select distinct (f.tenant_id, f.stream_id)::projection.stream from event_fact f where f.kind = 'CUSTOMER'));
    update projection_rebuild.position set sequence = up_to;
    perform set_config('search_path', former, true);
    perform projection.empty_page_tables();
end
$$;

-- The events of the log that are no facts.
create function projection.list_others(up_to bigint) returns bigint[]
    language plpgsql
    set enable_seqscan = on
    set enable_hashjoin = on
    set enable_nestloop = off
as
$$
begin
    return array(
        select e.seq_id from events.mt_events e
        where e.seq_id <= up_to and not coalesce(e.is_archived, false) and not exists (select from event_fact f where f.seq_id = e.seq_id)
        order by e.seq_id);
end
$$;

drop function projection.sum_up_rebuilt();

-- Fills the tables that one function makes from the rebuilt facts.
create function projection.sum_up_rebuilt(maker text) returns void
    language plpgsql
as
$$
declare
    former text := current_setting('search_path');
    made text;
begin
    for made in select r.name from projection.rebuilt_table r where r.made_by = maker loop
        execute format('truncate projection_rebuild.%I', made);
    end loop;
    perform set_config('projection.change', '0', true);
    perform set_config('search_path', 'projection_rebuild, projection', true);
    execute format('select projection.%I()', maker);
    perform set_config('search_path', former, true);
end
$$;

-- Keeps the live rows from changing until the end of the transaction; reading and ingestion go on.
create function projection.hold_changes() returns void
    language plpgsql
as
$$
begin
    perform pg_advisory_xact_lock(hashtext('projection.change'));
end
$$;

create or replace function projection.begin_change() returns void
    language plpgsql
as
$$
begin
    perform projection.hold_changes();
    perform set_config('projection.change', nextval('projection.change_sequence')::text, true);
end
$$;
