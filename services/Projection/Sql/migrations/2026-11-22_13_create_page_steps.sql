-- One page of the event log becomes rows. The page's facts are made in a temporary table (page_fact) and written once, in the context of their
-- session's attribution scan (page_session); facts of earlier pages are touched only where the page changed something for them.
-- Nothing here reads a clock or makes an id: the same events in any order and any pages give the same rows.
-- Names of the read models' tables are not qualified: apply_page works in schema projection, replay_page in the schema of a rebuild.
-- Facts are looked up by index only, a row at a time: plans made while the tables were small are kept when they are not. The page's temporary
-- tables have no statistics and are read as a whole; in materialized CTEs, so that this does not weigh on the choice of how facts are found.

-- The event store's tables are made by the store itself, maybe later than this.
set local check_function_bodies = off;

create type projection.stream as (tenant_id text, stream_id text);

create function projection.process_page(sequences bigint[]) returns void
    language plpgsql
    set enable_seqscan = off
    set enable_hashjoin = off
    set enable_mergejoin = off
    set jit = off
    set client_min_messages = warning
as
$$
begin
    perform projection.open_page();
    perform projection.read_facts(sequences);
    perform projection.ensure_months(array(select distinct date_trunc('month', p.occurred_at, 'UTC') from page_fact p));
    perform projection.describe_dimensions();
    perform projection.cut_sessions();
    perform projection.extend_sessions(true);
    perform projection.stamp_sessions();
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
    perform projection.mark_new_customers(array(select distinct (t.tenant_id, t.stream_id)::projection.stream from page_session t));
    perform projection.count_unconsented(sequences);
    perform projection.erase_visitors(sequences);
    perform projection.apply_definitions(sequences);
end
$$;

-- The temporary tables of this session; empty.
create function projection.open_page() returns void
    language plpgsql
as
$$
begin
    if to_regclass('pg_temp.page_fact') is null then
        create temporary table page_fact (like projection.event_fact including generated) on commit delete rows;
        alter table page_fact alter column change_seq drop not null;
        create index on page_fact (seq_id);
        create index on page_fact (stream_id);
        -- Facts of earlier pages as they were before this change (kept by a trigger of event_fact).
        create temporary table page_before (like projection.event_fact) on commit delete rows;
        create index on page_before (seq_id);
        -- Streams without source sessions whose sessions are to be cut anew, from where on, and their events from there.
        create temporary table page_cut (tenant_id text, stream_id text collate "C", from_at timestamptz) on commit delete rows;
        create temporary table page_cut_event (
            tenant_id text, stream_id text collate "C", seq_id bigint, occurred_at timestamptz, event_id text collate "C", is_new boolean,
            session_key text collate "C", cut_key text collate "C", is_scan boolean, is_bot_scan boolean, is_test boolean, conversion_count integer,
            engagement_seconds numeric, revenue numeric) on commit delete rows;
        create index on page_cut_event (stream_id, occurred_at, event_id);
        create index on page_cut_event (seq_id);
        -- New facts of this change that page_fact holds no longer.
        create temporary table page_new (seq_id bigint, occurred_at timestamptz) on commit delete rows;
        -- The page's sessions and what their attribution scans lend to the other events.
        create temporary table page_session (
            tenant_id text, session_key text collate "C", stream_id text collate "C", started_at timestamptz, last_at timestamptz,
            attribution_seq bigint, attribution_at timestamptz, is_bot boolean, is_moved boolean, is_new_attribution boolean,
            conversions integer, first_conversion_at timestamptz, engagements integer, engagement_seconds numeric, revenue numeric,
            qr_code_id text, campaign_id text, stated_campaign_name text, variant text, channel_type text, content_category text,
            conversion_goal text, country text, region text, city text, latitude numeric(5, 2), longitude numeric(5, 2), location_accuracy text,
            device_type text, operating_system text, browser text, screen_resolution text, lead_score numeric,
            primary key (tenant_id, session_key)) on commit delete rows;
    else
        delete from page_fact;
        delete from page_before;
        delete from page_cut;
        delete from page_cut_event;
        delete from page_new;
        delete from page_session;
    end if;
end
$$;

-- The events as they state themselves.
create function projection.read_facts(sequences bigint[]) returns void
    language plpgsql
as
$$
begin
    insert into page_fact (
        tenant_id, seq_id, event_id, stream_id, session_key, kind, is_scan, is_bot_scan, is_test_scan, is_test, is_counted, is_attribution,
        is_new_customer, occurred_at, received_at, visitor, qr_code_id, campaign_id, stated_campaign_name, variant, channel_type,
        content_category, conversion_goal, country, region, city, latitude, longitude, location_accuracy, device_type, operating_system,
        browser, screen_resolution, graded_lead_score, lead_score, engagement_seconds, page_views, conversions, conversion_count, revenue,
        currency)
    select e.tenant_id, e.seq_id, e.data->>'EventId', e.stream_id,
           case when left(e.stream_id, 1) <> 'v' then e.stream_id end,
           k.kind,
           k.scan and not m.bot and not m.test, k.scan and m.bot and not m.test, k.scan and m.test, m.test, not m.test, false, false,
           (e.data->>'OccurredAt')::timestamptz, (e.data->>'ReceivedAt')::timestamptz, (e.data->>'Visitor')::uuid, e.data->>'QrCodeId',
           m.campaign->>'Id', m.campaign->>'Name', m.campaign->>'Variant', m.campaign->>'ChannelType', m.campaign->>'ContentCategory',
           m.campaign->>'ConversionGoal',
           m.place->>'Country', m.place->>'Region', m.place->>'City', (m.place->>'Latitude')::numeric, (m.place->>'Longitude')::numeric,
           m.place->>'Accuracy',
           m.device->>'Type', m.device->>'OperatingSystem', m.device->>'Browser', m.device->>'ScreenResolution',
           case when k.scan then (e.data->>'LeadScore')::numeric end, (e.data->>'LeadScore')::numeric, (e.data->>'EngagementSeconds')::numeric,
           (e.data->>'PageViews')::integer, m.conversions, coalesce(cardinality(m.conversions), 0),
           (m.revenue->>'Amount')::numeric, m.revenue->>'Currency'
    from events.mt_events e
    join (values ('scan_recorded', 'SCAN', true), ('rescan_recorded', 'RESCAN', true), ('landing_viewed', 'LANDING_VIEW', false),
                 ('engagement_recorded', 'ENGAGEMENT', false), ('conversion_recorded', 'CONVERSION', false), ('lead_recorded', 'LEAD', false),
                 ('customer_recorded', 'CUSTOMER', false), ('revenue_recorded', 'REVENUE', false), ('refund_recorded', 'REFUND', false)
         ) as k (type, kind, scan) on k.type = e.type
    -- Members one by one: jsonb_to_record takes twice as long. "offset 0" keeps them from being looked up again in every expression.
    cross join lateral (
        select coalesce((e.data->>'IsBot')::boolean, false) as bot, coalesce((e.data->>'IsTest')::boolean, false) as test,
               e.data->'Campaign' as campaign, e.data->'Place' as place, e.data->'Device' as device, e.data->'ReportingRevenue' as revenue,
               case when jsonb_typeof(e.data->'Conversions') = 'array' then array(select jsonb_array_elements_text(e.data->'Conversions')) end as conversions
        offset 0) as m
    where e.seq_id = any (sequences);
end
$$;

-- Members of dimensions, from what the events state themselves: before contexts are lent.
create function projection.describe_dimensions() returns void
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
    order by p.tenant_id, p.campaign_id, p.stated_campaign_name is null, p.occurred_at desc, p.event_id desc
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
          (excluded.campaign_name is null, excluded.described_at, excluded.described_by, excluded.first_seen_at);

    insert into qr_code as q (tenant_id, qr_code_id, first_seen_at)
    select p.tenant_id, p.qr_code_id, min(p.occurred_at)
    from page_fact p
    group by p.tenant_id, p.qr_code_id
    on conflict (tenant_id, qr_code_id) do update set first_seen_at = excluded.first_seen_at where excluded.first_seen_at < q.first_seen_at;

    insert into geography (tenant_id, geography_key, country, region, city)
    select distinct on (p.tenant_id, p.geography_key) p.tenant_id, p.geography_key, p.country, p.region, p.city
    from page_fact p
    on conflict do nothing;

    insert into device (tenant_id, device_key, device_type, operating_system, browser)
    select distinct on (p.tenant_id, p.device_key) p.tenant_id, p.device_key, p.device_type, p.operating_system, p.browser
    from page_fact p
    on conflict do nothing;

    insert into visitor as v (tenant_id, visitor, first_seen_at, last_seen_at, first_scan_at)
    select p.tenant_id, p.visitor, min(p.occurred_at), max(p.occurred_at), min(p.occurred_at) filter (where p.is_scan)
    from page_fact p
    where p.visitor is not null
    group by p.tenant_id, p.visitor
    order by p.tenant_id, p.visitor
    on conflict (tenant_id, visitor) do update set
        first_seen_at = least(v.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(v.last_seen_at, excluded.last_seen_at),
        first_scan_at = least(v.first_scan_at, excluded.first_scan_at)
    where excluded.first_seen_at < v.first_seen_at or excluded.last_seen_at > v.last_seen_at
       or (excluded.first_scan_at is not null and (v.first_scan_at is null or excluded.first_scan_at < v.first_scan_at));
end
$$;

-- Visitors without source sessions: a new session after 30 minutes without an event or 24 hours in all, over events sorted by
-- (timestamp, eventId). Cutting goes forward only, so whatever lies before the session that the page's first event falls into stays.
create function projection.cut_sessions() returns void
    language plpgsql
as
$$
begin
    insert into page_cut
    select t.tenant_id, t.stream_id, coalesce(
        (select max(s.started_at) from session s
         where s.tenant_id = t.tenant_id and s.stream_id = t.stream_id and s.started_at <= t.first_at), t.first_at)
    from (select p.tenant_id, p.stream_id, min(p.occurred_at) as first_at
          from page_fact p where p.session_key is null group by p.tenant_id, p.stream_id) t;
    if found then perform projection.cut_streams(); end if;
end
$$;

create function projection.cut_streams() returns void
    language plpgsql
as
$$
begin
    with c as materialized (select * from page_cut)
    insert into page_cut_event
    select f.tenant_id, f.stream_id, f.seq_id, f.occurred_at, f.event_id, false, f.session_key, null, f.is_scan, f.is_bot_scan, f.is_test,
           f.conversion_count, f.engagement_seconds, f.revenue
    from c
    join event_fact f on f.tenant_id = c.tenant_id and f.stream_id = c.stream_id and f.occurred_at >= c.from_at
    union all
    select p.tenant_id, p.stream_id, p.seq_id, p.occurred_at, p.event_id, true, null, null, p.is_scan, p.is_bot_scan, p.is_test,
           p.conversion_count, p.engagement_seconds, p.revenue
    from c
    join page_fact p on p.tenant_id = c.tenant_id and p.stream_id = c.stream_id and p.session_key is null;

    with recursive listed as materialized (
        select e.tenant_id, e.stream_id, e.seq_id, e.occurred_at, e.event_id,
               e.occurred_at - lag(e.occurred_at) over w > interval '30 minutes' as after_gap
        from page_cut_event e
        window w as (partition by e.tenant_id, e.stream_id order by e.occurred_at, e.event_id)
    ), runs as materialized (
        select l.*, count(*) filter (where l.after_gap) over (partition by l.tenant_id, l.stream_id order by l.occurred_at, l.event_id) as run
        from listed l
    ), long_runs as materialized (
        select tenant_id, stream_id, run, min(occurred_at) as first_at
        from runs group by tenant_id, stream_id, run having max(occurred_at) - min(occurred_at) > interval '24 hours'
    ), cuts as (
        select l.tenant_id, l.stream_id, l.run, l.first_at as start_at from long_runs l
        union all
        select c.tenant_id, c.stream_id, c.run,
               (select min(r.occurred_at) from runs r
                where r.tenant_id = c.tenant_id and r.stream_id = c.stream_id and r.run = c.run
                  and r.occurred_at > c.start_at + interval '24 hours')
        from cuts c where c.start_at is not null
    ), started as materialized (
        select r.*, case when exists (
                   select from long_runs l where l.tenant_id = r.tenant_id and l.stream_id = r.stream_id and l.run = r.run)
               then (select max(c.start_at) from cuts c
                     where c.tenant_id = r.tenant_id and c.stream_id = r.stream_id and c.run = r.run and c.start_at <= r.occurred_at) end as start_at
        from runs r
    ), assigned as materialized (
        select r.seq_id, r.stream_id || '/' || first_value(r.event_id) over (
                   partition by r.tenant_id, r.stream_id, r.run, r.start_at order by r.occurred_at, r.event_id) as new_key
        from started r
    )
    update page_cut_event e set cut_key = a.new_key from assigned a where e.seq_id = a.seq_id;

    with e as materialized (select * from page_cut_event where is_new)
    update page_fact p set session_key = e.cut_key from e where p.seq_id = e.seq_id;
    with e as materialized (select * from page_cut_event where not is_new and session_key is distinct from cut_key)
    update event_fact f set session_key = e.cut_key, change_seq = default
    from e where f.seq_id = e.seq_id and f.occurred_at = e.occurred_at;
    with c as materialized (select * from page_cut)
    delete from session s using c
    where s.tenant_id = c.tenant_id and s.stream_id = c.stream_id and s.started_at >= c.from_at;
end
$$;

-- Sums of sessions grow, the attribution scan only ever moves to an earlier one. Of a cut stream the sessions are summed up anew. A session
-- that begins with this page has no earlier facts to stamp.
create function projection.extend_sessions(with_new_facts boolean) returns void
    language plpgsql
as
$$
begin
    insert into session as s (
        tenant_id, session_key, stream_id, started_at, last_at, scans, bot_scans, attribution_at, attribution_event_id, attribution_seq,
        conversions, first_conversion_at, engagements, engagement_seconds, revenue, stamped_seq, stamped_bot)
    select e.tenant_id, e.session_key, min(e.stream_id), min(e.occurred_at), max(e.occurred_at),
           count(*) filter (where e.is_scan), count(*) filter (where e.is_bot_scan),
           (array_agg(e.occurred_at order by e.occurred_at, e.event_id) filter (where e.is_scan))[1],
           (array_agg(e.event_id order by e.occurred_at, e.event_id) filter (where e.is_scan))[1],
           (array_agg(e.seq_id order by e.occurred_at, e.event_id) filter (where e.is_scan))[1],
           coalesce(sum(e.conversion_count) filter (where not e.is_test), 0),
           min(e.occurred_at) filter (where e.conversion_count > 0 and not e.is_test),
           count(e.engagement_seconds) filter (where not e.is_test),
           coalesce(sum(e.engagement_seconds) filter (where not e.is_test), 0),
           coalesce(sum(e.revenue) filter (where not e.is_test), 0),
           case when bool_or(e.is_cut) then -1 -- stamp whatever the cut moved
                else (array_agg(e.seq_id order by e.occurred_at, e.event_id) filter (where e.is_scan))[1] end,
           not bool_or(e.is_cut) and count(*) filter (where e.is_bot_scan) > 0 and count(*) filter (where e.is_scan) = 0
    from (
        select p.tenant_id, p.session_key, p.stream_id, p.seq_id, p.occurred_at, p.event_id, p.is_scan, p.is_bot_scan, p.is_test,
               p.conversion_count, p.engagement_seconds, p.revenue, false as is_cut
        from page_fact p where with_new_facts and left(p.stream_id, 1) <> 'v'
        union all
        select c.tenant_id, c.cut_key, c.stream_id, c.seq_id, c.occurred_at, c.event_id, c.is_scan, c.is_bot_scan, c.is_test,
               c.conversion_count, c.engagement_seconds, c.revenue, true
        from page_cut_event c) e
    group by e.tenant_id, e.session_key
    order by e.tenant_id, e.session_key
    on conflict (tenant_id, session_key) do update set
        started_at = least(s.started_at, excluded.started_at),
        last_at = greatest(s.last_at, excluded.last_at),
        scans = s.scans + excluded.scans,
        bot_scans = s.bot_scans + excluded.bot_scans,
        (attribution_at, attribution_event_id, attribution_seq) = (
            select a.at, a.id, a.seq
            from (values (s.attribution_at, s.attribution_event_id, s.attribution_seq),
                         (excluded.attribution_at, excluded.attribution_event_id, excluded.attribution_seq)) as a (at, id, seq)
            order by a.at nulls last, a.id
            limit 1),
        conversions = s.conversions + excluded.conversions,
        first_conversion_at = least(s.first_conversion_at, excluded.first_conversion_at),
        engagements = s.engagements + excluded.engagements,
        engagement_seconds = s.engagement_seconds + excluded.engagement_seconds,
        revenue = s.revenue + excluded.revenue;
end
$$;
