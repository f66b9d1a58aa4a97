-- Campaigns, costs, codes and placements for readers. A description says more than events do where there is one; what it leaves out is
-- taken from events. All that was described is a member, whether or not anything was scanned.

create view bi_query.campaign as
select coalesce(d.tenant_id, c.tenant_id) as tenant_id, coalesce(d.campaign_id, c.campaign_id) as campaign_id,
       coalesce(d.name, c.campaign_name) as campaign_name, coalesce(d.channel, c.channel_type) as channel_type,
       coalesce(d.content_category, c.content_category) as content_category, coalesce(d.goal, c.conversion_goal) as conversion_goal,
       c.first_seen_at, d.business_unit, d.budget, d.budget_currency, d.target_metric, d.target_value,
       coalesce(d.version, 0) > 0 as is_described, d.defined_at as described_at
from projection.campaign_definition d
full join projection.campaign c on c.tenant_id = d.tenant_id and c.campaign_id = d.campaign_id;

-- One row per cost and day; the day is the tenant's, whatever zone is asked for.
create view bi_query.campaign_cost as
select k.tenant_id, k.campaign_id, coalesce(d.name, c.campaign_name) as campaign_name, coalesce(d.channel, c.channel_type) as channel_type,
       coalesce(d.content_category, c.content_category) as content_category, k.day, k.amount, k.cost_id
from projection.campaign_cost_day k
left join projection.campaign_definition d on d.tenant_id = k.tenant_id and d.campaign_id = k.campaign_id
left join projection.campaign c on c.tenant_id = k.tenant_id and c.campaign_id = k.campaign_id;

-- Today's state is the report with the latest instant, of two at one instant the later one. Coordinates have two decimals, as those of scans.
create view bi_query.placement as
select p.tenant_id, p.placement_id, p.name as placement_name, p.qr_code_id, q.campaign_id, p.kind, p.country, p.region, p.city,
       round(p.latitude, 2) as location_lat, round(p.longitude, 2) as location_lng, coalesce(s.state, 'designed') as state, s.at as state_since,
       i.installed_at, p.defined_at as described_at
from projection.placement p
left join projection.qr_code_definition q on q.tenant_id = p.tenant_id and q.qr_code_id = p.qr_code_id
left join lateral (
    select r.state, r.at from projection.placement_state r
    where r.tenant_id = p.tenant_id and r.placement_id = p.placement_id
    order by r.at desc, r.version desc limit 1) s on true
left join lateral (
    select max(r.at) as installed_at from projection.placement_state r
    where r.tenant_id = p.tenant_id and r.placement_id = p.placement_id and r.state = 'installed') i on true;

create or replace view bi.dim_campaign as
select c.campaign_id, c.campaign_name, c.channel_type, c.content_category, c.conversion_goal, c.first_seen_at, c.business_unit, c.budget,
       c.budget_currency, c.target_metric, c.target_value, c.is_described, c.described_at
from bi_query.campaign c;

create view bi.fact_campaign_cost as
select k.campaign_id, k.day as date_key, k.cost_id, k.amount, o.reporting_currency as currency, o.amount as original_amount,
       o.currency as original_currency, o.from_day as cost_from, o.to_day as cost_to
from projection.campaign_cost_day k
join projection.campaign_cost o on o.tenant_id = k.tenant_id and o.campaign_id = k.campaign_id and o.cost_id = k.cost_id;

create view bi.dim_placement as
select p.placement_id, p.placement_name, p.qr_code_id, p.campaign_id, p.kind, p.country, p.region, p.city, p.location_lat, p.location_lng,
       p.state, p.state_since, p.installed_at, p.described_at
from bi_query.placement p;

-- A code that several placements carry shows one of them: an installed one before others, then the one whose state is newest.
create or replace view bi.dim_qr_code as
select c.qr_code_id, c.first_seen_at, c.qr_code_name, c.campaign_id, c.target_url, n.placements, p.placement_id, p.placement_name,
       p.kind as placement_kind, p.country, p.region, p.city, p.state as placement_state, p.installed_at
from (
    select coalesce(d.tenant_id, q.tenant_id) as tenant_id, coalesce(d.qr_code_id, q.qr_code_id) as qr_code_id, q.first_seen_at,
           d.name as qr_code_name, d.campaign_id, d.target_url, d.qr_code_id is not null as is_described
    from projection.qr_code_definition d
    full join projection.qr_code q on q.tenant_id = d.tenant_id and q.qr_code_id = d.qr_code_id) c
left join lateral (
    select o.* from bi_query.placement o
    where o.tenant_id = c.tenant_id and o.qr_code_id = c.qr_code_id
    order by (o.state = 'installed') desc, o.state_since desc nulls last, o.placement_id limit 1) p on true
cross join lateral (
    select count(*) as placements from projection.placement o where o.tenant_id = c.tenant_id and o.qr_code_id = c.qr_code_id) n
where (select projection.sees_all_campaigns()) or c.is_described
   or exists (select from projection.event_fact f where f.tenant_id = c.tenant_id and f.qr_code_id = c.qr_code_id);

-- The same as before but for today's name of the campaign, and its business unit.
create or replace view bi.qr_scan_events as
select f.event_id, f.occurred_at as timestamp, f.qr_code_id, f.visitor as visitor_id, f.campaign_id,
       coalesce(d.name, c.campaign_name) as campaign_name,
       f.variant as campaign_variant, f.country, f.region, f.city, f.latitude as location_lat, f.longitude as location_lng, f.device_type,
       f.browser,
       case when f.is_attribution and s.engagements > 0 then s.engagement_seconds end as engagement_duration,
       f.lead_score,
       case when f.is_attribution then s.revenue else 0 end as revenue_attribution,
       case when f.is_attribution then s.conversions else 0 end as conversion_count
from projection.event_fact f
left join projection.session s on s.tenant_id = f.tenant_id and s.session_key = f.session_key
left join projection.campaign c on c.tenant_id = f.tenant_id and c.campaign_id = f.campaign_id
left join projection.campaign_definition d on d.tenant_id = f.tenant_id and d.campaign_id = f.campaign_id
where f.is_scan;

create or replace view bi.qr_analytics_tableau as
select f.event_id, date_trunc('hour', f.occurred_at, t.time_zone) as hour_timestamp, f.campaign_id,
       coalesce(d.name, c.campaign_name) as campaign_name,
       f.region as geographic_region, f.device_type, f.lead_score,
       case when f.is_attribution and s.engagements > 0 then s.engagement_seconds end as engagement_duration,
       case when f.is_attribution then s.revenue else 0 end as revenue_attribution,
       case when f.is_attribution then s.conversions else 0 end as conversion_count
from projection.event_fact f
join projection.tenant t on t.tenant_id = f.tenant_id
left join projection.session s on s.tenant_id = f.tenant_id and s.session_key = f.session_key
left join projection.campaign c on c.tenant_id = f.tenant_id and c.campaign_id = f.campaign_id
left join projection.campaign_definition d on d.tenant_id = f.tenant_id and d.campaign_id = f.campaign_id
where f.is_scan and f.occurred_at >= ((now() at time zone t.time_zone)::date - 90)::timestamp at time zone t.time_zone;

create or replace view bi_query.event as
select f.tenant_id, f.seq_id, f.event_id, f.kind, f.is_scan, f.is_bot_scan, f.is_test_scan, f.is_counted, f.is_attribution, f.is_new_customer,
       f.occurred_at, f.visitor, f.qr_code_id, f.campaign_id, coalesce(b.name, c.campaign_name) as campaign_name, f.variant, f.channel_type,
       f.content_category, f.conversion_goal, f.country, f.region, f.city, f.latitude, f.longitude, f.location_accuracy, f.device_type,
       f.operating_system, f.browser, f.screen_resolution, f.graded_lead_score, f.lead_score, f.engagement_seconds, f.page_views, f.conversions,
       f.conversion_count, f.revenue, f.currency, f.received_at,
       v.first_scan_at as visitor_first_scan_at,
       s.conversions as session_conversions, s.first_conversion_at as session_first_conversion_at,
       s.engagements as session_engagements, s.engagement_seconds as session_engagement_seconds, s.revenue as session_revenue,
       array(select t.conversion_type
             from projection.event_fact o
             cross join lateral unnest(o.conversions) with ordinality as t (conversion_type, ordinal)
             where f.is_attribution and o.tenant_id = f.tenant_id and o.stream_id = f.stream_id and o.session_key = f.session_key
               and o.is_counted and o.conversion_count > 0
             order by o.occurred_at, o.event_id, t.ordinal) as session_conversion_types,
       b.business_unit
from projection.event_fact f
left join projection.campaign c on c.tenant_id = f.tenant_id and c.campaign_id = f.campaign_id
left join projection.visitor v on v.tenant_id = f.tenant_id and v.visitor = f.visitor
left join projection.session s on f.is_attribution and s.tenant_id = f.tenant_id and s.session_key = f.session_key
left join projection.campaign_definition b on b.tenant_id = f.tenant_id and b.campaign_id = f.campaign_id;

do
$$
declare
    published text;
begin
    foreach published in array array['bi_query.campaign', 'bi_query.campaign_cost', 'bi_query.placement', 'bi.fact_campaign_cost', 'bi.dim_placement'] loop
        execute format('alter view %s owner to bi_owner', published);
        execute format('grant select on %s to %I', published, case split_part(published, '.', 1) when 'bi' then 'bi_reader' else 'bi_service' end);
    end loop;
end
$$;

comment on view bi.fact_campaign_cost is 'A cost''s share of one of its days, in the reporting currency: campaign, day and cost.';
comment on column bi.fact_campaign_cost.date_key is 'A day of the tenant''s calendar.';
comment on column bi.fact_campaign_cost.amount is 'The day''s share in the reporting currency; negative for a credit. May be summed.';
comment on column bi.fact_campaign_cost.original_amount is 'The whole cost as stated, on each of its days. May not be summed.';
comment on view bi.dim_campaign is 'A campaign: as it was described, else as its latest event tells; also without a scan.';
comment on column bi.dim_campaign.first_seen_at is 'The earliest event that names it; null where there is none.';
comment on column bi.dim_campaign.is_described is 'Somebody described it; otherwise it is known by events or costs only.';
comment on view bi.dim_qr_code is 'A code with one of its placements; also without a scan.';
comment on column bi.dim_qr_code.placements is 'How many placements carry it.';
comment on column bi.dim_qr_code.placement_state is 'designed, printed, shipped, installed, damaged or removed; null without placement.';
comment on view bi.dim_placement is 'A placement of a code and its state of today.';
comment on column bi.dim_placement.installed_at is 'The latest instant for which an installation was reported; null where it never was.';
