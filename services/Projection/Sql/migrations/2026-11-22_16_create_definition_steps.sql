-- What people say of campaigns, codes and placements. Each row keeps the version of its stream that it follows from, so that any order and any
-- pages give the same rows.

set local check_function_bodies = off;

create function projection.apply_definitions(sequences bigint[]) returns void
    language plpgsql
as
$$
declare
    defining bigint[] := array(
        select e.seq_id from events.mt_events e where e.seq_id = any (sequences) and left(e.stream_id, 1) in ('c', 'q', 'p') order by 1);
begin
    if defining = '{}' then return; end if;
    perform projection.describe_campaigns(defining);
    perform projection.record_costs(defining);
    perform projection.describe_codes(defining);
    perform projection.describe_placements(defining);
end
$$;

create function projection.describe_campaigns(sequences bigint[]) returns void
    language plpgsql
as
$$
begin
    insert into campaign_definition as d (
        tenant_id, campaign_id, version, name, goal, channel, content_category, business_unit, budget, budget_currency, target_metric,
        target_value, defined_at, changed_at)
    select distinct on (e.tenant_id, x."CampaignId")
           e.tenant_id, x."CampaignId", e.version, x."Name", x."Goal", x."Channel", x."ContentCategory", x."BusinessUnit",
           (x."Budget"->>'Amount')::numeric, x."Budget"->>'Currency', x."Target"->>'Metric', (x."Target"->>'Value')::numeric,
           min(e.timestamp) over (partition by e.tenant_id, x."CampaignId"), e.timestamp
    from events.mt_events e
    cross join lateral jsonb_to_record(e.data) as x (
        "CampaignId" text, "Name" text, "Goal" text, "Channel" text, "ContentCategory" text, "BusinessUnit" text, "Budget" jsonb, "Target" jsonb)
    where e.seq_id = any (sequences) and e.type in ('campaign_defined', 'campaign_changed')
    order by e.tenant_id, x."CampaignId", e.version desc
    on conflict (tenant_id, campaign_id) do update set
        (version, name, goal, channel, content_category, business_unit, budget, budget_currency, target_metric, target_value, changed_at) = (
            select v.*
            from (values (d.version, d.name, d.goal, d.channel, d.content_category, d.business_unit, d.budget, d.budget_currency,
                          d.target_metric, d.target_value, d.changed_at),
                         (excluded.version, excluded.name, excluded.goal, excluded.channel, excluded.content_category, excluded.business_unit,
                          excluded.budget, excluded.budget_currency, excluded.target_metric, excluded.target_value, excluded.changed_at)
                 ) as v (version, name, goal, channel, category, unit, budget, currency, metric, target, at)
            order by v.version desc
            limit 1),
        defined_at = least(d.defined_at, excluded.defined_at);

    insert into campaign_version (
        tenant_id, campaign_id, version, name, goal, channel, content_category, business_unit, budget, budget_currency, target_metric,
        target_value, valid_from)
    select e.tenant_id, x."CampaignId", e.version, x."Name", x."Goal", x."Channel", x."ContentCategory", x."BusinessUnit",
           (x."Budget"->>'Amount')::numeric, x."Budget"->>'Currency', x."Target"->>'Metric', (x."Target"->>'Value')::numeric, e.timestamp
    from events.mt_events e
    cross join lateral jsonb_to_record(e.data) as x (
        "CampaignId" text, "Name" text, "Goal" text, "Channel" text, "ContentCategory" text, "BusinessUnit" text, "Budget" jsonb, "Target" jsonb)
    where e.seq_id = any (sequences) and e.type in ('campaign_defined', 'campaign_changed');
end
$$;

-- A cost is spread evenly over its days in the reporting currency's minor units; what does not divide falls on the first days.
create function projection.record_costs(sequences bigint[]) returns void
    language plpgsql
as
$$
begin
    perform 1 from events.mt_events e
    where e.seq_id = any (sequences) and e.type in ('campaign_cost_recorded', 'campaign_cost_removed') limit 1;
    if not found then return; end if;

    insert into campaign_definition (tenant_id, campaign_id, version)
    select distinct e.tenant_id, e.data->>'CampaignId', 0
    from events.mt_events e
    where e.seq_id = any (sequences) and e.type in ('campaign_cost_recorded', 'campaign_cost_removed')
    on conflict do nothing;

    insert into campaign_cost (
        tenant_id, campaign_id, cost_id, from_day, to_day, amount, currency, reporting_amount, reporting_currency, minor_unit_digits, recorded_at)
    select e.tenant_id, x."CampaignId", x."CostId", x."From", x."To", (x."Amount"->>'Amount')::numeric, x."Amount"->>'Currency',
           (x."ReportingAmount"->>'Amount')::numeric, x."ReportingAmount"->>'Currency', x."MinorUnitDigits", e.timestamp
    from events.mt_events e
    cross join lateral jsonb_to_record(e.data) as x (
        "CampaignId" text, "CostId" text, "From" date, "To" date, "Amount" jsonb, "ReportingAmount" jsonb, "MinorUnitDigits" integer)
    where e.seq_id = any (sequences) and e.type = 'campaign_cost_recorded'
    on conflict (tenant_id, campaign_id, cost_id) do update set
        (from_day, to_day, amount, currency, reporting_amount, reporting_currency, minor_unit_digits, recorded_at) = (
            excluded.from_day, excluded.to_day, excluded.amount, excluded.currency, excluded.reporting_amount, excluded.reporting_currency,
            excluded.minor_unit_digits, excluded.recorded_at);

    insert into campaign_cost (tenant_id, campaign_id, cost_id, is_removed)
    select distinct e.tenant_id, e.data->>'CampaignId', e.data->>'CostId', true
    from events.mt_events e
    where e.seq_id = any (sequences) and e.type = 'campaign_cost_removed'
    on conflict (tenant_id, campaign_id, cost_id) do update set is_removed = true;

    delete from campaign_cost_day k
    using events.mt_events e
    where e.seq_id = any (sequences) and e.type = 'campaign_cost_removed'
      and k.tenant_id = e.tenant_id and k.campaign_id = e.data->>'CampaignId' and k.cost_id = e.data->>'CostId';

    insert into campaign_cost_day (tenant_id, campaign_id, cost_id, day, amount)
    select c.tenant_id, c.campaign_id, c.cost_id, c.from_day + i,
           round((div(m.total, m.days) + case when i < abs(mod(m.total, m.days)) then sign(m.total) else 0 end) / m.unit, c.minor_unit_digits)
    from events.mt_events e
    join campaign_cost c on c.tenant_id = e.tenant_id and c.campaign_id = e.data->>'CampaignId' and c.cost_id = e.data->>'CostId'
    cross join lateral (
        select power(10::numeric, c.minor_unit_digits) as unit, round(c.reporting_amount * power(10::numeric, c.minor_unit_digits)) as total,
               (c.to_day - c.from_day + 1)::numeric as days) as m
    cross join lateral generate_series(0, c.to_day - c.from_day) as i
    where e.seq_id = any (sequences) and e.type = 'campaign_cost_recorded' and not c.is_removed;
end
$$;

create function projection.describe_codes(sequences bigint[]) returns void
    language plpgsql
as
$$
begin
    insert into qr_code_definition as d (tenant_id, qr_code_id, version, name, campaign_id, target_url, defined_at, changed_at)
    select distinct on (e.tenant_id, e.data->>'QrCodeId')
           e.tenant_id, e.data->>'QrCodeId', e.version, e.data->>'Name', e.data->>'CampaignId', e.data->>'TargetUrl',
           min(e.timestamp) over (partition by e.tenant_id, e.data->>'QrCodeId'), e.timestamp
    from events.mt_events e
    where e.seq_id = any (sequences) and e.type in ('qr_code_defined', 'qr_code_changed')
    order by e.tenant_id, e.data->>'QrCodeId', e.version desc
    on conflict (tenant_id, qr_code_id) do update set
        (version, name, campaign_id, target_url, changed_at) = (
            select v.*
            from (values (d.version, d.name, d.campaign_id, d.target_url, d.changed_at),
                         (excluded.version, excluded.name, excluded.campaign_id, excluded.target_url, excluded.changed_at)
                 ) as v (version, name, campaign, url, at)
            order by v.version desc
            limit 1),
        defined_at = least(d.defined_at, excluded.defined_at);
end
$$;

create function projection.describe_placements(sequences bigint[]) returns void
    language plpgsql
as
$$
begin
    insert into placement as p (
        tenant_id, placement_id, version, name, qr_code_id, kind, country, region, city, latitude, longitude, defined_at, changed_at)
    select distinct on (e.tenant_id, x."PlacementId")
           e.tenant_id, x."PlacementId", e.version, x."Name", x."QrCodeId", x."Kind", s."Country", s."Region", s."City", s."Latitude", s."Longitude",
           min(e.timestamp) over (partition by e.tenant_id, x."PlacementId"), e.timestamp
    from events.mt_events e
    cross join lateral jsonb_to_record(e.data) as x ("PlacementId" text, "Name" text, "QrCodeId" text, "Kind" text, "Site" jsonb)
    cross join lateral jsonb_to_record(coalesce(x."Site", '{}')) as s ("Country" text, "Region" text, "City" text, "Latitude" numeric, "Longitude" numeric)
    where e.seq_id = any (sequences) and e.type in ('placement_defined', 'placement_changed', 'placement_moved')
    order by e.tenant_id, x."PlacementId", e.version desc
    on conflict (tenant_id, placement_id) do update set
        (version, name, qr_code_id, kind, country, region, city, latitude, longitude, changed_at) = (
            select v.*
            from (values (p.version, p.name, p.qr_code_id, p.kind, p.country, p.region, p.city, p.latitude, p.longitude, p.changed_at),
                         (excluded.version, excluded.name, excluded.qr_code_id, excluded.kind, excluded.country, excluded.region, excluded.city,
                          excluded.latitude, excluded.longitude, excluded.changed_at)
                 ) as v (version, name, code, kind, country, region, city, latitude, longitude, at)
            order by v.version desc
            limit 1),
        defined_at = least(p.defined_at, excluded.defined_at);

    insert into placement_state (tenant_id, placement_id, version, state, at)
    select e.tenant_id, e.data->>'PlacementId', e.version, e.data->>'State', (e.data->>'At')::timestamptz
    from events.mt_events e
    where e.seq_id = any (sequences) and e.type = 'placement_state_changed';
end
$$;
