-- One page of the event log becomes rows. Called by the daemon in the transaction that moves its progress, so each event is applied once.
-- Nothing here reads a clock or makes an id: the same events in any order and any pages give the same rows.
-- Sequential scans are off because plans made while the tables were small would be kept when they are not.

-- The event store's tables are made by the store itself, maybe later than this.
set local check_function_bodies = off;

create function projection.apply_events(sequences bigint[]) returns void
    language plpgsql
    set enable_seqscan = off
    set jit = off
as
$$
begin
    perform projection.insert_facts(sequences);
    perform projection.extend_sessions(sequences);
    perform projection.cut_sessions(sequences);
    perform projection.stamp_facts(sequences);
    perform projection.describe_dimensions(sequences);
    perform projection.mark_new_customers(sequences);
    perform projection.count_unconsented(sequences);
end
$$;

-- The events as they state themselves.
create function projection.insert_facts(sequences bigint[]) returns void
    language sql
as
$$
insert into projection.event_fact (
    tenant_id, seq_id, event_id, stream_id, session_key, kind, is_scan, is_bot_scan, is_test_scan, is_test, is_counted, occurred_at,
    received_at, visitor, qr_code_id, campaign_id, variant, channel_type, content_category, conversion_goal, country, region, city,
    latitude, longitude, location_accuracy, device_type, operating_system, browser, screen_resolution, graded_lead_score, lead_score,
    engagement_seconds, page_views, conversions, conversion_count, revenue, currency)
select e.tenant_id, e.seq_id, d."EventId", e.stream_id,
       case when left(e.stream_id, 1) <> 'v' then e.stream_id end,
       k.kind,
       k.scan and not d."IsBot" and not d."IsTest", k.scan and d."IsBot" and not d."IsTest", k.scan and d."IsTest", d."IsTest",
       not d."IsTest", d."OccurredAt", d."ReceivedAt", d."Visitor", d."QrCodeId",
       c."Id", c."Variant", c."ChannelType", c."ContentCategory", c."ConversionGoal",
       p."Country", p."Region", p."City", p."Latitude", p."Longitude", p."Accuracy",
       v."Type", v."OperatingSystem", v."Browser", v."ScreenResolution",
       case when k.scan then d."LeadScore" end, d."LeadScore", d."EngagementSeconds", d."PageViews", d."Conversions",
       coalesce(cardinality(d."Conversions"), 0), r."Amount", r."Currency"
from events.mt_events e
join (values ('scan_recorded', 'SCAN', true), ('rescan_recorded', 'RESCAN', true), ('landing_viewed', 'LANDING_VIEW', false),
             ('engagement_recorded', 'ENGAGEMENT', false), ('conversion_recorded', 'CONVERSION', false), ('lead_recorded', 'LEAD', false),
             ('customer_recorded', 'CUSTOMER', false), ('revenue_recorded', 'REVENUE', false), ('refund_recorded', 'REFUND', false)
     ) as k (type, kind, scan) on k.type = e.type
cross join lateral jsonb_to_record(jsonb_build_object('IsBot', false, 'IsTest', false) || e.data) as d (
    "EventId" text, "OccurredAt" timestamptz, "ReceivedAt" timestamptz, "Visitor" uuid, "QrCodeId" text, "LeadScore" numeric,
    "EngagementSeconds" numeric, "PageViews" integer, "Conversions" text[], "IsBot" boolean, "IsTest" boolean,
    "Campaign" jsonb, "Place" jsonb, "Device" jsonb, "ReportingRevenue" jsonb)
cross join lateral jsonb_to_record(coalesce(d."Campaign", '{}')) as c (
    "Id" text, "Variant" text, "ChannelType" text, "ContentCategory" text, "ConversionGoal" text)
cross join lateral jsonb_to_record(coalesce(d."Place", '{}')) as p (
    "Latitude" numeric, "Longitude" numeric, "City" text, "Region" text, "Country" text, "Accuracy" text)
cross join lateral jsonb_to_record(coalesce(d."Device", '{}')) as v (
    "Type" text, "OperatingSystem" text, "Browser" text, "ScreenResolution" text)
cross join lateral jsonb_to_record(coalesce(d."ReportingRevenue", '{}')) as r ("Amount" numeric, "Currency" text)
where e.seq_id = any (sequences);
$$;

-- Sessions that the source named, and lone events: sums grow, the attribution scan only ever moves to an earlier one.
create function projection.extend_sessions(sequences bigint[]) returns void
    language sql
as
$$
insert into projection.session as s (
    tenant_id, session_key, stream_id, started_at, last_at, scans, bot_scans, attribution_at, attribution_event_id, attribution_seq,
    conversions, first_conversion_at, engagements, engagement_seconds, revenue)
select f.tenant_id, f.session_key, min(f.stream_id), min(f.occurred_at), max(f.occurred_at),
       count(*) filter (where f.is_scan), count(*) filter (where f.is_bot_scan),
       (array_agg(f.occurred_at order by f.occurred_at, f.event_id) filter (where f.is_scan))[1],
       (array_agg(f.event_id order by f.occurred_at, f.event_id) filter (where f.is_scan))[1],
       (array_agg(f.seq_id order by f.occurred_at, f.event_id) filter (where f.is_scan))[1],
       coalesce(sum(f.conversion_count) filter (where not f.is_test), 0),
       min(f.occurred_at) filter (where f.conversion_count > 0 and not f.is_test),
       count(f.engagement_seconds) filter (where not f.is_test),
       coalesce(sum(f.engagement_seconds) filter (where not f.is_test), 0),
       coalesce(sum(f.revenue) filter (where not f.is_test), 0)
from projection.event_fact f
where f.seq_id = any (sequences) and f.session_key is not null
group by f.tenant_id, f.session_key
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
$$;

-- Visitors without source sessions: a new session after 30 minutes without an event or 24 hours in all, over events sorted by
-- (timestamp, eventId). Cutting goes forward only, so whatever lies before the session that the page's first event falls into stays.
create function projection.cut_sessions(sequences bigint[]) returns void
    language plpgsql
as
$$
begin
    perform 1 from projection.event_fact f where f.seq_id = any (sequences) and left(f.stream_id, 1) = 'v' limit 1;
    if not found then return; end if;

    create temporary table if not exists projection_cut (tenant_id text, stream_id text collate "C", from_at timestamptz) on commit delete rows;
    truncate projection_cut;
    insert into projection_cut
    select t.tenant_id, t.stream_id, coalesce(
        (select max(s.started_at) from projection.session s
         where s.tenant_id = t.tenant_id and s.stream_id = t.stream_id and s.started_at <= t.first_at), t.first_at)
    from (select f.tenant_id, f.stream_id, min(f.occurred_at) as first_at
          from projection.event_fact f
          where f.seq_id = any (sequences) and left(f.stream_id, 1) = 'v'
          group by f.tenant_id, f.stream_id) t;

    with recursive listed as materialized (
        select f.tenant_id, f.stream_id, f.seq_id, f.occurred_at, f.event_id, f.session_key,
               f.occurred_at - lag(f.occurred_at) over w > interval '30 minutes' as after_gap
        from projection_cut c
        join projection.event_fact f on f.tenant_id = c.tenant_id and f.stream_id = c.stream_id and f.occurred_at >= c.from_at
        window w as (partition by f.tenant_id, f.stream_id order by f.occurred_at, f.event_id)
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
    ), assigned as (
        select r.seq_id, r.session_key,
               r.stream_id || '/' || first_value(r.event_id) over (
                   partition by r.tenant_id, r.stream_id, r.run, (
                       select max(c.start_at) from cuts c
                       where c.tenant_id = r.tenant_id and c.stream_id = r.stream_id and c.run = r.run and c.start_at <= r.occurred_at)
                   order by r.occurred_at, r.event_id) as new_key
        from runs r
    )
    update projection.event_fact f set session_key = a.new_key
    from assigned a
    where f.seq_id = a.seq_id and a.session_key is distinct from a.new_key;

    delete from projection.session s using projection_cut c
    where s.tenant_id = c.tenant_id and s.stream_id = c.stream_id and s.started_at >= c.from_at;

    insert into projection.session (
        tenant_id, session_key, stream_id, started_at, last_at, scans, bot_scans, attribution_at, attribution_event_id, attribution_seq,
        conversions, first_conversion_at, engagements, engagement_seconds, revenue, stamped_seq)
    select f.tenant_id, f.session_key, f.stream_id, min(f.occurred_at), max(f.occurred_at),
           count(*) filter (where f.is_scan), count(*) filter (where f.is_bot_scan),
           (array_agg(f.occurred_at order by f.occurred_at, f.event_id) filter (where f.is_scan))[1],
           (array_agg(f.event_id order by f.occurred_at, f.event_id) filter (where f.is_scan))[1],
           (array_agg(f.seq_id order by f.occurred_at, f.event_id) filter (where f.is_scan))[1],
           coalesce(sum(f.conversion_count) filter (where not f.is_test), 0),
           min(f.occurred_at) filter (where f.conversion_count > 0 and not f.is_test),
           count(f.engagement_seconds) filter (where not f.is_test),
           coalesce(sum(f.engagement_seconds) filter (where not f.is_test), 0),
           coalesce(sum(f.revenue) filter (where not f.is_test), 0),
           -1 -- restamp whatever the cut moved
    from projection_cut c
    join projection.event_fact f on f.tenant_id = c.tenant_id and f.stream_id = c.stream_id and f.occurred_at >= c.from_at
    group by f.tenant_id, f.stream_id, f.session_key;
end
$$;

-- Brings the facts of the page's sessions in line with their sessions: which scan is the attribution scan, which context the other events
-- belong to, and whether they count. Writes only what changes.
create function projection.stamp_facts(sequences bigint[]) returns void
    language plpgsql
as
$$
begin
    with touched as materialized (
        select distinct s.tenant_id, s.session_key, s.stream_id, s.attribution_seq, s.is_bot
        from projection.event_fact n
        join projection.session s on s.tenant_id = n.tenant_id and s.stream_id = n.stream_id
        where n.seq_id = any (sequences)
          and (s.stamped_seq is distinct from s.attribution_seq or s.stamped_bot <> s.is_bot)
    ), rows as materialized (
        -- All events of sessions that changed, and the page's own events of those that did not.
        select f.seq_id, t.attribution_seq, t.is_bot, f.kind in ('SCAN', 'RESCAN') as scan
        from touched t
        join projection.event_fact f on f.tenant_id = t.tenant_id and f.stream_id = t.stream_id and f.session_key = t.session_key
        union
        select n.seq_id, s.attribution_seq, s.is_bot, n.kind in ('SCAN', 'RESCAN')
        from projection.event_fact n
        join projection.session s on s.tenant_id = n.tenant_id and s.session_key = n.session_key
        where n.seq_id = any (sequences)
    ), own as materialized (
        -- Events that held another's context and whose session has no scan any more take their own back.
        select r.seq_id, e.data->>'QrCodeId' as qr_code_id, e.data->'Campaign' as campaign, e.data->'Place' as place, e.data->'Device' as device
        from rows r
        join projection.event_fact f on f.seq_id = r.seq_id
        join events.mt_events e on e.seq_id = r.seq_id
        where not r.scan and r.attribution_seq is null and f.context_of is not null
    ), restored as (
        update projection.event_fact f set
            context_of = null, is_counted = not f.is_test and not r.is_bot, graded_lead_score = null, qr_code_id = o.qr_code_id,
            campaign_id = o.campaign->>'Id', variant = o.campaign->>'Variant', channel_type = o.campaign->>'ChannelType',
            content_category = o.campaign->>'ContentCategory', conversion_goal = o.campaign->>'ConversionGoal',
            country = o.place->>'Country', region = o.place->>'Region', city = o.place->>'City',
            latitude = (o.place->>'Latitude')::numeric, longitude = (o.place->>'Longitude')::numeric, location_accuracy = o.place->>'Accuracy',
            device_type = o.device->>'Type', operating_system = o.device->>'OperatingSystem', browser = o.device->>'Browser',
            screen_resolution = o.device->>'ScreenResolution'
        from own o join rows r on r.seq_id = o.seq_id
        where f.seq_id = o.seq_id
    ), attributed as (
        update projection.event_fact f set
            context_of = a.seq_id, is_counted = not f.is_test, graded_lead_score = a.lead_score, qr_code_id = a.qr_code_id,
            campaign_id = a.campaign_id, variant = a.variant, channel_type = a.channel_type, content_category = a.content_category,
            conversion_goal = a.conversion_goal, country = a.country, region = a.region, city = a.city, latitude = a.latitude,
            longitude = a.longitude, location_accuracy = a.location_accuracy, device_type = a.device_type,
            operating_system = a.operating_system, browser = a.browser, screen_resolution = a.screen_resolution
        from rows r
        join projection.event_fact a on a.seq_id = r.attribution_seq
        where f.seq_id = r.seq_id and not r.scan
          and (f.context_of is distinct from a.seq_id or f.is_counted <> not f.is_test)
    ), counted as (
        -- Scans keep their context; so do other events without a scan to belong to. Only whether they count may change.
        update projection.event_fact f set
            is_counted = not f.is_test and not r.is_bot,
            is_attribution = f.seq_id is not distinct from r.attribution_seq
        from rows r
        where f.seq_id = r.seq_id and (r.scan or (r.attribution_seq is null and f.context_of is null))
          and (f.is_counted <> (not f.is_test and not r.is_bot) or f.is_attribution <> (f.seq_id is not distinct from r.attribution_seq))
    )
    update projection.session s set stamped_seq = s.attribution_seq, stamped_bot = s.is_bot
    from touched t where s.tenant_id = t.tenant_id and s.session_key = t.session_key;
end
$$;

create function projection.describe_dimensions(sequences bigint[]) returns void
    language plpgsql
as
$$
begin
    insert into projection.campaign as c (
        tenant_id, campaign_id, campaign_name, channel_type, content_category, conversion_goal, described_at, described_by, first_seen_at)
    select distinct on (e.tenant_id, e.data->'Campaign'->>'Id')
           e.tenant_id, e.data->'Campaign'->>'Id', e.data->'Campaign'->>'Name', e.data->'Campaign'->>'ChannelType',
           e.data->'Campaign'->>'ContentCategory', e.data->'Campaign'->>'ConversionGoal', f.occurred_at, f.event_id,
           min(f.occurred_at) over (partition by e.tenant_id, e.data->'Campaign'->>'Id')
    from projection.event_fact f
    join events.mt_events e on e.seq_id = f.seq_id
    where f.seq_id = any (sequences) and e.data->'Campaign'->>'Id' is not null
    order by e.tenant_id, e.data->'Campaign'->>'Id', e.data->'Campaign'->>'Name' is null, f.occurred_at desc, f.event_id desc
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

    -- A code is known by its own events, not by those attributed to it.
    insert into projection.qr_code as q (tenant_id, qr_code_id, first_seen_at)
    select e.tenant_id, e.data->>'QrCodeId', min(f.occurred_at)
    from projection.event_fact f
    join events.mt_events e on e.seq_id = f.seq_id
    where f.seq_id = any (sequences)
    group by e.tenant_id, e.data->>'QrCodeId'
    on conflict (tenant_id, qr_code_id) do update set first_seen_at = excluded.first_seen_at where excluded.first_seen_at < q.first_seen_at;

    insert into projection.geography (tenant_id, geography_key, country, region, city)
    select distinct on (f.tenant_id, f.geography_key) f.tenant_id, f.geography_key, f.country, f.region, f.city
    from projection.event_fact f where f.seq_id = any (sequences)
    on conflict do nothing;

    insert into projection.device (tenant_id, device_key, device_type, operating_system, browser)
    select distinct on (f.tenant_id, f.device_key) f.tenant_id, f.device_key, f.device_type, f.operating_system, f.browser
    from projection.event_fact f where f.seq_id = any (sequences)
    on conflict do nothing;

    insert into projection.visitor as v (tenant_id, visitor, first_seen_at, last_seen_at, first_scan_at)
    select f.tenant_id, f.visitor, min(f.occurred_at), max(f.occurred_at), min(f.occurred_at) filter (where f.is_scan)
    from projection.event_fact f
    where f.seq_id = any (sequences) and f.visitor is not null
    group by f.tenant_id, f.visitor
    on conflict (tenant_id, visitor) do update set
        first_seen_at = least(v.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(v.last_seen_at, excluded.last_seen_at),
        first_scan_at = least(v.first_scan_at, excluded.first_scan_at);
end
$$;

-- A visitor's first CUSTOMER event that counts, and every one without a visitor. Looks at all customers of the page's streams, because a
-- scan decides whether its session's events count.
create function projection.mark_new_customers(sequences bigint[]) returns void
    language sql
as
$$
with customers as materialized (
    select distinct c.tenant_id, c.visitor, case when c.visitor is null then c.seq_id end as seq_id
    from projection.event_fact n
    join projection.event_fact c on c.tenant_id = n.tenant_id and c.stream_id = n.stream_id and c.kind = 'CUSTOMER'
    where n.seq_id = any (sequences)
), ranked as (
    select f.seq_id, f.is_counted and row_number() over (
        partition by f.tenant_id, f.visitor order by not f.is_counted, f.occurred_at, f.event_id) = 1 as is_new
    from customers c
    join projection.event_fact f on f.tenant_id = c.tenant_id and f.visitor = c.visitor and f.kind = 'CUSTOMER'
    union all
    select f.seq_id, f.is_counted from customers c join projection.event_fact f on f.seq_id = c.seq_id
)
update projection.event_fact f set is_new_customer = r.is_new
from ranked r where f.seq_id = r.seq_id and f.is_new_customer <> r.is_new;
$$;

create function projection.count_unconsented(sequences bigint[]) returns void
    language sql
as
$$
insert into projection.unconsented as u (tenant_id, qr_code_id, hour, events, scans)
select e.tenant_id, e.data->>'QrCodeId', (e.data->>'Hour')::timestamptz, count(*), count(*) filter (where (e.data->>'IsScan')::boolean)
from events.mt_events e
where e.seq_id = any (sequences) and e.type = 'unconsented_event_counted'
group by 1, 2, 3
on conflict (tenant_id, qr_code_id, hour) do update set events = u.events + excluded.events, scans = u.scans + excluded.scans;
$$;
