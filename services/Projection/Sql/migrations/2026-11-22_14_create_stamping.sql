-- Brings facts of earlier pages in line with their sessions: which scan is the attribution scan, which context the other events belong to, whether
-- they count, and on the attribution scan what the session came to. Writes only what changes; the page's own facts are written right at once.

set local check_function_bodies = off;

create function projection.stamp_sessions() returns void
    language plpgsql
as
$$
begin
    perform projection.list_sessions();
    perform projection.stamp_earlier_facts();
    perform projection.stamp_outcomes();
    with t as materialized (select * from page_session where is_moved)
    update session s set stamped_seq = s.attribution_seq, stamped_bot = s.is_bot
    from t
    where s.tenant_id = t.tenant_id and s.session_key = t.session_key;
end
$$;

-- The sessions that the page's events or cuts belong to, with the context of their attribution scans.
create function projection.list_sessions() returns void
    language plpgsql
as
$$
begin
    with k as materialized (
        select p.tenant_id, p.session_key from page_fact p
        union
        select c.tenant_id, c.cut_key from page_cut_event c)
    insert into page_session (
        tenant_id, session_key, stream_id, started_at, last_at, attribution_seq, attribution_at, is_bot, is_moved,
        is_new_attribution, conversions, first_conversion_at, engagements, engagement_seconds, revenue,
        qr_code_id, campaign_id, stated_campaign_name, variant, channel_type, content_category, conversion_goal, country, region, city,
        latitude, longitude, location_accuracy, device_type, operating_system, browser, screen_resolution, lead_score)
    select s.tenant_id, s.session_key, s.stream_id, s.started_at, s.last_at, s.attribution_seq, s.attribution_at, s.is_bot,
           s.stamped_seq is distinct from s.attribution_seq or s.stamped_bot <> s.is_bot,
           p.seq_id is not null,
           s.conversions, s.first_conversion_at, s.engagements, s.engagement_seconds, s.revenue,
           p.qr_code_id, p.campaign_id, p.stated_campaign_name, p.variant, p.channel_type, p.content_category, p.conversion_goal, p.country,
           p.region, p.city, p.latitude, p.longitude, p.location_accuracy, p.device_type, p.operating_system, p.browser, p.screen_resolution,
           p.lead_score
    from k
    join session s on s.tenant_id = k.tenant_id and s.session_key = k.session_key
    left join page_fact p on p.seq_id = s.attribution_seq;

    with a as materialized (select * from page_session where not is_new_attribution and attribution_seq is not null)
    update page_session t set
        (qr_code_id, campaign_id, stated_campaign_name, variant, channel_type, content_category, conversion_goal, country, region, city,
         latitude, longitude, location_accuracy, device_type, operating_system, browser, screen_resolution, lead_score) =
        (f.qr_code_id, f.campaign_id, f.stated_campaign_name, f.variant, f.channel_type, f.content_category, f.conversion_goal, f.country,
         f.region, f.city, f.latitude, f.longitude, f.location_accuracy, f.device_type, f.operating_system, f.browser, f.screen_resolution,
         f.lead_score)
    from a
    join event_fact f on f.seq_id = a.attribution_seq and f.occurred_at = a.attribution_at
    where t.tenant_id = a.tenant_id and t.session_key = a.session_key;
end
$$;

-- Facts of earlier pages, of sessions whose attribution scan or bot mark moved.
create function projection.stamp_earlier_facts() returns void
    language plpgsql
as
$$
begin
    -- Scans keep their context. Only whether they count, and which of them is the attribution scan, may change.
    with t as materialized (select * from page_session where is_moved)
    update event_fact f set
        is_counted = not f.is_test and not t.is_bot,
        is_attribution = f.seq_id is not distinct from t.attribution_seq,
        change_seq = default
    from t
    where f.tenant_id = t.tenant_id and f.stream_id = t.stream_id and f.occurred_at between t.started_at and t.last_at
      and f.session_key = t.session_key and (f.kind in ('SCAN', 'RESCAN') or (t.attribution_seq is null and f.context_of is null))
      and (f.is_counted <> (not f.is_test and not t.is_bot) or f.is_attribution <> (f.seq_id is not distinct from t.attribution_seq));

    with t as materialized (select * from page_session where is_moved and attribution_seq is not null)
    update event_fact f set
        context_of = t.attribution_seq, is_counted = not f.is_test, graded_lead_score = t.lead_score, qr_code_id = t.qr_code_id,
        campaign_id = t.campaign_id, stated_campaign_name = t.stated_campaign_name, variant = t.variant, channel_type = t.channel_type,
        content_category = t.content_category, conversion_goal = t.conversion_goal, country = t.country, region = t.region, city = t.city,
        latitude = t.latitude, longitude = t.longitude, location_accuracy = t.location_accuracy, device_type = t.device_type,
        operating_system = t.operating_system, browser = t.browser, screen_resolution = t.screen_resolution, change_seq = default
    from t
    where f.tenant_id = t.tenant_id and f.stream_id = t.stream_id
      and f.occurred_at between t.started_at and t.last_at and f.session_key = t.session_key and f.kind not in ('SCAN', 'RESCAN')
      and (f.context_of is distinct from t.attribution_seq or f.is_counted <> not f.is_test);

    -- Events that held another's context and whose session has no scan any more take their own back.
    with m as materialized (
        select o.seq_id, o.occurred_at, t.is_bot
        from (select * from page_session where is_moved and attribution_seq is null offset 0) t
        cross join lateral (
            select f.seq_id, f.occurred_at from event_fact f
            where f.tenant_id = t.tenant_id and f.stream_id = t.stream_id and f.occurred_at between t.started_at and t.last_at
              and f.session_key = t.session_key and f.kind not in ('SCAN', 'RESCAN') and f.context_of is not null
            offset 0) o)
    update event_fact f set
        context_of = null, is_counted = not f.is_test and not m.is_bot, graded_lead_score = null, qr_code_id = e.data->>'QrCodeId',
        campaign_id = e.data->'Campaign'->>'Id', stated_campaign_name = e.data->'Campaign'->>'Name', variant = e.data->'Campaign'->>'Variant',
        channel_type = e.data->'Campaign'->>'ChannelType', content_category = e.data->'Campaign'->>'ContentCategory',
        conversion_goal = e.data->'Campaign'->>'ConversionGoal', country = e.data->'Place'->>'Country', region = e.data->'Place'->>'Region',
        city = e.data->'Place'->>'City', latitude = (e.data->'Place'->>'Latitude')::numeric,
        longitude = (e.data->'Place'->>'Longitude')::numeric, location_accuracy = e.data->'Place'->>'Accuracy',
        device_type = e.data->'Device'->>'Type', operating_system = e.data->'Device'->>'OperatingSystem',
        browser = e.data->'Device'->>'Browser', screen_resolution = e.data->'Device'->>'ScreenResolution', change_seq = default
    from m
    join events.mt_events e on e.seq_id = m.seq_id
    where f.seq_id = m.seq_id and f.occurred_at = m.occurred_at;
end
$$;

create function projection.stamp_outcomes() returns void
    language plpgsql
as
$$
begin
    with t as materialized (select * from page_session where not is_new_attribution and attribution_seq is not null)
    update event_fact f set
        session_conversions = t.conversions, session_first_conversion_at = t.first_conversion_at, session_engagements = t.engagements,
        session_engagement_seconds = t.engagement_seconds, session_revenue = t.revenue, change_seq = default
    from t
    where f.seq_id = t.attribution_seq and f.occurred_at = t.attribution_at
      and (f.session_conversions, f.session_first_conversion_at, f.session_engagements, f.session_engagement_seconds, f.session_revenue)
          is distinct from (t.conversions, t.first_conversion_at, t.engagements, t.engagement_seconds, t.revenue);

    -- A scan that is no attribution scan any more.
    with t as materialized (select * from page_session where is_moved)
    update event_fact f set
        session_conversions = null, session_first_conversion_at = null, session_engagements = null, session_engagement_seconds = null,
        session_revenue = null, change_seq = default
    from t
    where f.tenant_id = t.tenant_id and f.stream_id = t.stream_id and f.occurred_at between t.started_at and t.last_at
      and f.session_key = t.session_key and not f.is_attribution and f.session_conversions is not null;
end
$$;

-- A visitor's first CUSTOMER event that counts, and every one without a visitor. Looks at all customers of the page's streams, because a
-- scan decides whether its session's events count.
create function projection.mark_new_customers(streams projection.stream[]) returns void
    language plpgsql
as
$$
begin
    with customers as materialized (
        select distinct c.tenant_id, c.visitor, case when c.visitor is null then c.erased_customer end as erased_customer,
               case when c.visitor is null and c.erased_customer is null then c.seq_id end as seq_id,
               case when c.visitor is null and c.erased_customer is null then c.occurred_at end as occurred_at
        from unnest(streams) n
        join event_fact c on c.tenant_id = n.tenant_id and c.stream_id = n.stream_id and c.kind = 'CUSTOMER'
    ), ranked as (
        select f.seq_id, f.occurred_at, f.is_counted and row_number() over (
            partition by f.tenant_id, f.visitor order by not f.is_counted, f.occurred_at, f.event_id) = 1 as is_new
        from customers c
        join event_fact f on f.tenant_id = c.tenant_id and f.visitor = c.visitor and f.kind = 'CUSTOMER'
        union all
        select f.seq_id, f.occurred_at, f.is_counted and row_number() over (
            partition by f.tenant_id, f.erased_customer order by not f.is_counted, f.occurred_at, f.event_id) = 1
        from customers c
        join event_fact f on f.tenant_id = c.tenant_id and f.erased_customer = c.erased_customer and f.visitor is null
        union all
        select f.seq_id, f.occurred_at, f.is_counted
        from customers c join event_fact f on f.seq_id = c.seq_id and f.occurred_at = c.occurred_at
    )
    update event_fact f set is_new_customer = r.is_new, change_seq = default
    from ranked r where f.seq_id = r.seq_id and f.occurred_at = r.occurred_at and f.is_new_customer <> r.is_new;
end
$$;

create function projection.count_unconsented(sequences bigint[]) returns void
    language plpgsql
as
$$
begin
    insert into unconsented as u (tenant_id, qr_code_id, hour, events, scans)
    select e.tenant_id, e.data->>'QrCodeId', (e.data->>'Hour')::timestamptz, count(*), count(*) filter (where (e.data->>'IsScan')::boolean)
    from events.mt_events e
    where e.seq_id = any (sequences) and e.type = 'unconsented_event_counted'
    group by 1, 2, 3
    on conflict (tenant_id, qr_code_id, hour) do update set events = u.events + excluded.events, scans = u.scans + excluded.scans;
end
$$;
