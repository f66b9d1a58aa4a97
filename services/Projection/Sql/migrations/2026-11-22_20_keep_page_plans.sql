-- Plans of a page's steps are kept. Emptying an indexed table, as "on commit delete rows" does, makes every plan that mentions it void: planning
-- them anew cost 15 ms a page, most of what a page of a few events takes. So rows are deleted, and the tables emptied when the dead rows
-- have become many; and plans are made once, for any page, instead of being weighed anew.

set local check_function_bodies = off;

create or replace function projection.open_page() returns void
    language plpgsql
as
$$
begin
    if to_regclass('pg_temp.page_fact') is null then
        perform projection.create_page_tables();
    elsif pg_relation_size('pg_temp.page_fact') + pg_relation_size('pg_temp.page_change') > 4 * 1024 * 1024 then
        perform projection.empty_page_tables();
    else
        delete from page_fact;
        delete from page_before;
        delete from page_cut;
        delete from page_cut_event;
        delete from page_new;
        delete from page_session;
        delete from page_change;
        delete from page_visitor_day;
        delete from page_cell;
    end if;
end
$$;

-- The temporary tables of this session.
create function projection.create_page_tables() returns void
    language plpgsql
as
$$
begin
    create temporary table page_fact (like projection.event_fact including generated);
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

create function projection.empty_page_tables() returns void
    language plpgsql
as
$$
begin
    truncate page_fact, page_before, page_cut, page_cut_event, page_new, page_session, page_change, page_visitor_day, page_cell;
end
$$;

create or replace function projection.settle_change() returns void
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
    insert into page_change select -1, b.* from page_before b;
    with k as materialized (
        select p.seq_id, p.occurred_at from page_fact p
        union all
        select n.seq_id, n.occurred_at from page_new n
        union all
        select b.seq_id, b.occurred_at from page_before b)
    insert into page_change
    select 1, f.*
    from k
    join event_fact f on f.seq_id = k.seq_id and f.occurred_at = k.occurred_at;

    if exists (select from page_before) then perform projection.note_left_rows(); end if;
    perform projection.add_to_rollups();
    if exists (select from page_before) then perform projection.note_left_days(); end if;
    perform projection.move_visitors();
end
$$;

-- What touches facts of earlier pages is asked only where there are any: a statement that may update every month's partition costs a
-- millisecond even where it finds nothing.
-- Returns whether somebody was erased.
drop function projection.process_page;
create function projection.process_page(sequences bigint[]) returns boolean
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
    others bigint[];
begin
    perform projection.open_page();
    perform projection.read_facts(sequences);
    perform projection.ensure_months(array(select distinct date_trunc('month', p.occurred_at, 'UTC') from page_fact p));
    perform projection.describe_dimensions();
    perform projection.cut_sessions();
    perform projection.extend_sessions(true);
    perform projection.stamp_sessions();
    perform projection.write_facts();
    -- Who is new is decided by the customers themselves and by what counts, which sessions that moved may have changed.
    if exists (select from page_fact p where p.kind = 'CUSTOMER') or exists (select from page_session t where t.is_moved) then
        perform projection.mark_new_customers(array(select distinct (t.tenant_id, t.stream_id)::projection.stream from page_session t));
    end if;
    -- The events that are no facts: few, mostly none.
    others := array(select s from unnest(sequences) s where not exists (select from page_fact p where p.seq_id = s));
    if others = '{}' then return false; end if;
    perform projection.count_unconsented(others);
    perform projection.erase_visitors(others);
    perform projection.apply_definitions(others);
    return exists (select from events.mt_events e where e.seq_id = any (others) and e.type = 'visitor_erased');
end
$$;

create or replace function projection.apply_page(sequences bigint[]) returns void
    language plpgsql
as
$$
declare
    former text := current_setting('search_path');
    has_erased boolean;
begin
    perform projection.begin_change();
    perform set_config('search_path', 'projection', true);
    has_erased := projection.process_page(sequences);
    perform projection.settle_change();
    -- Whom this page erased may still be in the temporary tables.
    if has_erased then perform projection.empty_page_tables(); end if;
    perform set_config('search_path', former, true);
end
$$;

-- The page's facts, in the context of their sessions.
create function projection.write_facts() returns void
    language plpgsql
as
$$
begin
    insert into event_fact (
        tenant_id, seq_id, event_id, stream_id, session_key, kind, is_scan, is_bot_scan, is_test_scan, is_test, is_counted, is_attribution,
        is_new_customer, occurred_at, received_at, visitor, erased_customer, context_of, qr_code_id, campaign_id, stated_campaign_name, variant,
        channel_type, content_category, conversion_goal, country, region, city, latitude, longitude, location_accuracy, device_type,
        operating_system, browser, screen_resolution, graded_lead_score, lead_score, engagement_seconds, page_views, conversions,
        conversion_count, revenue, currency, session_conversions, session_first_conversion_at, session_engagements,
        session_engagement_seconds, session_revenue)
    select p.tenant_id, p.seq_id, p.event_id, p.stream_id, p.session_key, p.kind, p.is_scan, p.is_bot_scan, p.is_test_scan, p.is_test,
           p.is_counted and not t.is_bot, c.is_own, p.is_new_customer, p.occurred_at, p.received_at, p.visitor, p.erased_customer,
           case when c.is_lent then t.attribution_seq end,
           case when c.is_lent then t.qr_code_id else p.qr_code_id end,
           case when c.is_lent then t.campaign_id else p.campaign_id end,
           case when c.is_lent then t.stated_campaign_name else p.stated_campaign_name end,
           case when c.is_lent then t.variant else p.variant end,
           case when c.is_lent then t.channel_type else p.channel_type end,
           case when c.is_lent then t.content_category else p.content_category end,
           case when c.is_lent then t.conversion_goal else p.conversion_goal end,
           case when c.is_lent then t.country else p.country end,
           case when c.is_lent then t.region else p.region end,
           case when c.is_lent then t.city else p.city end,
           case when c.is_lent then t.latitude else p.latitude end,
           case when c.is_lent then t.longitude else p.longitude end,
           case when c.is_lent then t.location_accuracy else p.location_accuracy end,
           case when c.is_lent then t.device_type else p.device_type end,
           case when c.is_lent then t.operating_system else p.operating_system end,
           case when c.is_lent then t.browser else p.browser end,
           case when c.is_lent then t.screen_resolution else p.screen_resolution end,
           case when c.is_lent then t.lead_score else p.graded_lead_score end,
           p.lead_score, p.engagement_seconds, p.page_views, p.conversions, p.conversion_count, p.revenue, p.currency,
           case when c.is_own then t.conversions end, case when c.is_own then t.first_conversion_at end,
           case when c.is_own then t.engagements end, case when c.is_own then t.engagement_seconds end, case when c.is_own then t.revenue end
    from page_fact p
    join page_session t on t.tenant_id = p.tenant_id and t.session_key = p.session_key
    cross join lateral (
        select p.seq_id is not distinct from t.attribution_seq as is_own,
               t.attribution_seq is not null and p.kind not in ('SCAN', 'RESCAN') as is_lent) c;
end
$$;

create or replace function projection.stamp_sessions() returns void
    language plpgsql
as
$$
begin
    perform projection.list_sessions();
    if exists (select from page_session t where t.is_moved) then perform projection.stamp_earlier_facts(); end if;
    perform projection.stamp_outcomes();
    with t as materialized (select * from page_session where is_moved)
    update session s set stamped_seq = s.attribution_seq, stamped_bot = s.is_bot
    from t
    where s.tenant_id = t.tenant_id and s.session_key = t.session_key;
end
$$;

create or replace function projection.stamp_outcomes() returns void
    language plpgsql
as
$$
begin
    if exists (select from page_session t where not t.is_new_attribution and t.attribution_seq is not null) then
        with t as materialized (select * from page_session where not is_new_attribution and attribution_seq is not null)
        update event_fact f set
            session_conversions = t.conversions, session_first_conversion_at = t.first_conversion_at, session_engagements = t.engagements,
            session_engagement_seconds = t.engagement_seconds, session_revenue = t.revenue, change_seq = default
        from t
        where f.seq_id = t.attribution_seq and f.occurred_at = t.attribution_at
          and (f.session_conversions, f.session_first_conversion_at, f.session_engagements, f.session_engagement_seconds, f.session_revenue)
              is distinct from (t.conversions, t.first_conversion_at, t.engagements, t.engagement_seconds, t.revenue);
    end if;

    -- A scan that is no attribution scan any more.
    if exists (select from page_session t where t.is_moved) then
        with t as materialized (select * from page_session where is_moved)
        update event_fact f set
            session_conversions = null, session_first_conversion_at = null, session_engagements = null, session_engagement_seconds = null,
            session_revenue = null, change_seq = default
        from t
        where f.tenant_id = t.tenant_id and f.stream_id = t.stream_id and f.occurred_at between t.started_at and t.last_at
          and f.session_key = t.session_key and not f.is_attribution and f.session_conversions is not null;
    end if;
end
$$;
