-- What BI tools see (schema bi), and what the query API reads (schema bi_query). All views are owned by bi_owner.

create schema if not exists bi;
create schema if not exists bi_query;
grant usage, create on schema bi, bi_query to bi_owner;
grant usage on schema bi to bi_reader;
grant usage on schema bi_query to bi_service;

create view bi.dim_date as
select c.date_key, c.year, c.quarter, c.month, c.day, c.iso_year, c.iso_week, c.day_of_week, c.month_label, c.week_label, c.quarter_label, c.is_weekend
from projection.calendar c;

create view bi.dim_campaign as
select c.campaign_id, c.campaign_name, c.channel_type, c.content_category, c.conversion_goal, c.first_seen_at
from projection.campaign c;

create view bi.dim_geography as
select g.geography_key, g.country, g.region, g.city
from projection.geography g
where (select projection.sees_all_campaigns())
   or exists (select from projection.event_fact f where f.tenant_id = g.tenant_id and f.geography_key = g.geography_key);

create view bi.dim_device as
select d.device_key, d.device_type, d.operating_system as os, d.browser
from projection.device d
where (select projection.sees_all_campaigns())
   or exists (select from projection.event_fact f where f.tenant_id = d.tenant_id and f.device_key = d.device_key);

create view bi.dim_visitor as
select v.visitor as visitor_id, v.first_seen_at, v.last_seen_at, v.first_scan_at
from projection.visitor v
where (select projection.sees_all_campaigns())
   or exists (select from projection.event_fact f where f.tenant_id = v.tenant_id and f.visitor = v.visitor);

create view bi.dim_qr_code as
select q.qr_code_id, q.first_seen_at
from projection.qr_code q
where (select projection.sees_all_campaigns())
   or exists (select from projection.event_fact f where f.tenant_id = q.tenant_id and f.qr_code_id = q.qr_code_id);

create view bi.fact_scan as
select f.event_id, f.occurred_at as timestamp, (f.occurred_at at time zone t.time_zone)::date as date_key, f.qr_code_id, f.visitor as visitor_id,
       f.campaign_id, f.variant as campaign_variant, f.channel_type, f.content_category, f.conversion_goal, f.geography_key, f.device_key,
       f.latitude as location_lat, f.longitude as location_lng, f.lead_score, f.page_views, f.is_attribution as is_session_start
from projection.event_fact f
join projection.tenant t on t.tenant_id = f.tenant_id
where f.is_scan;

create view bi.fact_conversion as
select f.event_id, c.ordinal::integer as ordinal, c.conversion_type, f.occurred_at as timestamp,
       (f.occurred_at at time zone t.time_zone)::date as date_key, f.qr_code_id, f.visitor as visitor_id, f.campaign_id,
       f.variant as campaign_variant, f.channel_type, f.content_category, f.conversion_goal, f.geography_key, f.device_key
from projection.event_fact f
join projection.tenant t on t.tenant_id = f.tenant_id
cross join lateral unnest(f.conversions) with ordinality as c (conversion_type, ordinal)
where f.is_counted and f.conversion_count > 0;

create view bi.fact_revenue as
select f.event_id, f.revenue as amount, f.currency, f.kind = 'REFUND' as is_refund, f.occurred_at as timestamp,
       (f.occurred_at at time zone t.time_zone)::date as date_key, f.qr_code_id, f.visitor as visitor_id, f.campaign_id,
       f.variant as campaign_variant, f.channel_type, f.content_category, f.conversion_goal, f.geography_key, f.device_key
from projection.event_fact f
join projection.tenant t on t.tenant_id = f.tenant_id
where f.is_counted and f.revenue is not null;

-- One row per scan, as the seeds' queries expect it; a session's totals stand on its attribution scan.
create view bi.qr_scan_events as
select f.event_id, f.occurred_at as timestamp, f.qr_code_id, f.visitor as visitor_id, f.campaign_id, c.campaign_name,
       f.variant as campaign_variant, f.country, f.region, f.city, f.latitude as location_lat, f.longitude as location_lng, f.device_type,
       f.browser,
       case when f.is_attribution and s.engagements > 0 then s.engagement_seconds end as engagement_duration,
       f.lead_score,
       case when f.is_attribution then s.revenue else 0 end as revenue_attribution,
       case when f.is_attribution then s.conversions else 0 end as conversion_count
from projection.event_fact f
left join projection.session s on s.tenant_id = f.tenant_id and s.session_key = f.session_key
left join projection.campaign c on c.tenant_id = f.tenant_id and c.campaign_id = f.campaign_id
where f.is_scan;

create view bi.qr_analytics_tableau as
select f.event_id, date_trunc('hour', f.occurred_at, t.time_zone) as hour_timestamp, f.campaign_id, c.campaign_name,
       f.region as geographic_region, f.device_type, f.lead_score,
       case when f.is_attribution and s.engagements > 0 then s.engagement_seconds end as engagement_duration,
       case when f.is_attribution then s.revenue else 0 end as revenue_attribution,
       case when f.is_attribution then s.conversions else 0 end as conversion_count
from projection.event_fact f
join projection.tenant t on t.tenant_id = f.tenant_id
left join projection.session s on s.tenant_id = f.tenant_id and s.session_key = f.session_key
left join projection.campaign c on c.tenant_id = f.tenant_id and c.campaign_id = f.campaign_id
where f.is_scan and f.occurred_at >= ((now() at time zone t.time_zone)::date - 90)::timestamp at time zone t.time_zone;

create view bi.campaign_daily_summary as
select f.campaign_id, (f.occurred_at at time zone t.time_zone)::date as summary_date,
       count(*) filter (where f.is_scan) as total_scans,
       count(distinct f.visitor) filter (where f.is_scan) as unique_visitors,
       avg(f.lead_score) filter (where f.is_scan) as avg_lead_score,
       coalesce(sum(f.revenue) filter (where f.is_counted), 0) as total_revenue,
       coalesce(sum(f.conversion_count) filter (where f.is_counted), 0)::bigint as conversions
from projection.event_fact f
join projection.tenant t on t.tenant_id = f.tenant_id
where f.is_scan or f.is_counted
group by f.campaign_id, summary_date;

do
$$
declare
    grain text;
begin
    foreach grain in array array['week', 'month', 'quarter'] loop
        execute format($view$
            create view bi.campaign_%1$sly_summary as
            select f.campaign_id, date_trunc(%1$L, f.occurred_at at time zone t.time_zone)::date as period_start,
                   count(*) filter (where f.is_scan) as total_scans,
                   count(distinct f.visitor) filter (where f.is_scan) as unique_visitors,
                   avg(f.lead_score) filter (where f.is_scan) as avg_lead_score,
                   coalesce(sum(f.revenue) filter (where f.is_counted), 0) as total_revenue,
                   coalesce(sum(f.conversion_count) filter (where f.is_counted), 0)::bigint as conversions
            from projection.event_fact f
            join projection.tenant t on t.tenant_id = f.tenant_id
            where f.is_scan or f.is_counted
            group by f.campaign_id, period_start
            $view$, grain);
    end loop;
end
$$;

-- Everything that metrics are computed from, one row per event, the session's outcome on its attribution scan.
create view bi_query.event as
select f.tenant_id, f.seq_id, f.event_id, f.kind, f.is_scan, f.is_bot_scan, f.is_test_scan, f.is_counted, f.is_attribution, f.is_new_customer,
       f.occurred_at, f.visitor, f.qr_code_id, f.campaign_id, c.campaign_name, f.variant, f.channel_type, f.content_category,
       f.conversion_goal, f.country, f.region, f.city, f.latitude, f.longitude, f.location_accuracy, f.device_type, f.operating_system,
       f.browser, f.screen_resolution, f.graded_lead_score, f.lead_score, f.engagement_seconds, f.page_views, f.conversions,
       f.conversion_count, f.revenue, f.currency, f.received_at,
       v.first_scan_at as visitor_first_scan_at,
       s.conversions as session_conversions, s.first_conversion_at as session_first_conversion_at,
       s.engagements as session_engagements, s.engagement_seconds as session_engagement_seconds, s.revenue as session_revenue
from projection.event_fact f
left join projection.campaign c on c.tenant_id = f.tenant_id and c.campaign_id = f.campaign_id
left join projection.visitor v on v.tenant_id = f.tenant_id and v.visitor = f.visitor
left join projection.session s on f.is_attribution and s.tenant_id = f.tenant_id and s.session_key = f.session_key;

-- Unconsented events have no campaign, so a reader limited to campaigns sees none.
create view bi_query.unconsented as
select u.tenant_id, u.qr_code_id, u.hour, u.events, u.scans
from projection.unconsented u
where (select projection.sees_all_campaigns());

create view bi_query.tenant as
select t.tenant_id, t.name, t.time_zone, t.reporting_currency from projection.tenant t;

do
$$
declare
    published record;
begin
    for published in select schemaname, viewname from pg_views where schemaname in ('bi', 'bi_query') loop
        execute format('alter view %I.%I owner to bi_owner', published.schemaname, published.viewname);
        execute format('grant select on %I.%I to %I', published.schemaname, published.viewname,
                       case published.schemaname when 'bi' then 'bi_reader' else 'bi_service' end);
    end loop;
end
$$;

revoke create on schema bi, bi_query from bi_owner;
grant execute on function projection.watermark() to bi_service;
grant usage on schema projection to bi_service;
