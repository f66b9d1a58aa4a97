-- Who may read, and what BI tools see (schema bi) and the query API reads (schema bi_query). All views are owned by bi_owner, who cannot log in
-- and does not bypass the policies (migration 03). Partitions are reached through their table only, so that its policy holds.

grant select on projection.event_fact, projection.session, projection.campaign_version, projection.removal, projection.rollup_quarter_hour,
    projection.rollup_day, projection.visitor_cell to bi_owner;

do
$$
declare
    scoped text;
begin
    foreach scoped in array array[
        'event_fact', 'session', 'campaign_version', 'removal', 'rollup_quarter_hour', 'rollup_day', 'visitor_cell', 'visitor_day'] loop
        execute format('alter table projection.%I enable row level security', scoped);
        execute format('alter table projection.%I force row level security', scoped);
    end loop;
    foreach scoped in array array['event_fact', 'campaign_version', 'rollup_quarter_hour', 'rollup_day', 'visitor_cell'] loop
        execute format($policy$
            create policy readers on projection.%I for select to bi_owner using (
                tenant_id = (select projection.visible_tenant())
                and ((select projection.sees_all_campaigns()) or campaign_id = any ((select projection.visible_campaigns())::text[])))
            $policy$, scoped);
    end loop;
end
$$;

create policy readers on projection.session for select to bi_owner using (tenant_id = (select projection.visible_tenant()));

-- Everybody may know that a visitor's row went: it is named by a hash only.
create policy readers on projection.removal for select to bi_owner using (
    tenant_id = (select projection.visible_tenant())
    and ((select projection.sees_all_campaigns()) or dataset = 'dim_visitor' or campaign_id = any ((select projection.visible_campaigns())::text[])));

create schema bi;
create schema bi_query;
grant usage, create on schema bi, bi_query to bi_owner;
grant usage on schema bi to bi_reader;
grant usage on schema bi_query to bi_service;

-- A description says more than events do where there is one; what it leaves out is taken from events. All that was described is a member,
-- whether or not anything was scanned.
create view bi_query.campaign as
select coalesce(d.tenant_id, c.tenant_id) as tenant_id, coalesce(d.campaign_id, c.campaign_id) as campaign_id,
       coalesce(d.name, c.campaign_name) as campaign_name, coalesce(d.channel, c.channel_type) as channel_type,
       coalesce(d.content_category, c.content_category) as content_category, coalesce(d.goal, c.conversion_goal) as conversion_goal,
       c.first_seen_at, d.business_unit, d.budget, d.budget_currency, d.target_metric, d.target_value,
       coalesce(d.version, 0) > 0 as is_described, d.defined_at as described_at,
       greatest(d.change_seq, c.change_seq) as change_seq
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
       i.installed_at, p.defined_at as described_at, greatest(p.change_seq, q.change_seq, i.change_seq) as change_seq
from projection.placement p
left join projection.qr_code_definition q on q.tenant_id = p.tenant_id and q.qr_code_id = p.qr_code_id
left join lateral (
    select r.state, r.at from projection.placement_state r
    where r.tenant_id = p.tenant_id and r.placement_id = p.placement_id
    order by r.at desc, r.version desc limit 1) s on true
left join lateral (
    select max(r.at) filter (where r.state = 'installed') as installed_at, max(r.change_seq) as change_seq from projection.placement_state r
    where r.tenant_id = p.tenant_id and r.placement_id = p.placement_id) i on true;

-- Everything that metrics are computed from, one row per event, the session's outcome on its attribution scan. What is computed by a subquery
-- costs only where it is asked for.
create view bi_query.event as
select f.tenant_id, f.seq_id, f.event_id, f.kind, f.is_scan, f.is_bot_scan, f.is_test_scan, f.is_counted, f.is_attribution, f.is_new_customer,
       f.occurred_at, f.visitor, f.qr_code_id, f.campaign_id, coalesce(b.name, c.campaign_name) as campaign_name, f.variant, f.channel_type,
       f.content_category, f.conversion_goal, f.country, f.region, f.city, f.latitude, f.longitude, f.location_accuracy, f.device_type,
       f.operating_system, f.browser, f.screen_resolution, f.graded_lead_score, f.lead_score, f.engagement_seconds, f.page_views, f.conversions,
       f.conversion_count, f.revenue, f.currency, f.received_at,
       v.first_scan_at as visitor_first_scan_at,
       f.session_conversions, f.session_first_conversion_at, f.session_engagements, f.session_engagement_seconds, f.session_revenue,
       array(select t.conversion_type
             from projection.session s
             join projection.event_fact o on o.tenant_id = s.tenant_id and o.stream_id = s.stream_id and o.session_key = s.session_key
                  and o.occurred_at between s.started_at and s.last_at
             cross join lateral unnest(o.conversions) with ordinality as t (conversion_type, ordinal)
             where f.is_attribution and s.tenant_id = f.tenant_id and s.session_key = f.session_key
               and o.is_counted and o.conversion_count > 0
             order by o.occurred_at, o.event_id, t.ordinal) as session_conversion_types,
       b.business_unit,
       -- The name then: as described at the event's instant; before the first description as the event states it.
       coalesce((select h.name from projection.campaign_version h
                 where h.tenant_id = f.tenant_id and h.campaign_id = f.campaign_id and h.valid_from <= f.occurred_at
                 order by h.version desc limit 1),
                f.stated_campaign_name, c.campaign_name,
                (select h.name from projection.campaign_version h
                 where h.tenant_id = f.tenant_id and h.campaign_id = f.campaign_id order by h.version limit 1)) as campaign_name_as_of
from projection.event_fact f
left join projection.campaign c on c.tenant_id = f.tenant_id and c.campaign_id = f.campaign_id
left join projection.visitor v on v.tenant_id = f.tenant_id and v.visitor = f.visitor
left join projection.campaign_definition b on b.tenant_id = f.tenant_id and b.campaign_id = f.campaign_id;

-- Unconsented events have no campaign, so a reader limited to campaigns sees none.
create view bi_query.unconsented as
select u.tenant_id, u.qr_code_id, u.hour, u.events, u.scans
from projection.unconsented u
where (select projection.sees_all_campaigns());

create view bi_query.tenant as
select t.tenant_id, t.name, t.time_zone, t.reporting_currency from projection.tenant t;

create view bi.dim_date as
select c.date_key, c.year, c.quarter, c.month, c.day, c.iso_year, c.iso_week, c.day_of_week, c.month_label, c.week_label, c.quarter_label, c.is_weekend,
       c.date_key::timestamp at time zone t.time_zone as starts_at, (c.date_key + 1)::timestamp at time zone t.time_zone as ends_at,
       (extract(epoch from (c.date_key + 1)::timestamp at time zone t.time_zone - c.date_key::timestamp at time zone t.time_zone) / 3600)::numeric(4, 2) as hours,
       t.time_zone
from projection.calendar c
cross join projection.tenant t;

create view bi.dim_campaign as
select c.campaign_id, c.campaign_name, c.channel_type, c.content_category, c.conversion_goal, c.first_seen_at, c.business_unit, c.budget,
       c.budget_currency, c.target_metric, c.target_value, c.is_described, c.described_at, c.change_seq
from bi_query.campaign c;

create view bi.dim_campaign_version as
select h.campaign_id, h.version, h.valid_from, lead(h.valid_from) over w as valid_to, lead(h.version) over w is null as is_current,
       h.name as campaign_name, h.channel as channel_type, h.content_category, h.goal as conversion_goal, h.business_unit, h.budget,
       h.budget_currency, h.target_metric, h.target_value,
       greatest(h.change_seq, lead(h.change_seq) over w) as change_seq
from projection.campaign_version h
window w as (partition by h.tenant_id, h.campaign_id order by h.version);

-- A reader limited to campaigns sees the members that its own events have; to such a reader a member changes when an event brings it into view.
create view bi.dim_geography as
select g.geography_key, g.country, g.region, g.city, g.change_seq
from projection.geography g
where (select projection.sees_all_campaigns())
union all
select g.geography_key, g.country, g.region, g.city, greatest(g.change_seq, m.change_seq)
from projection.geography g
join (select f.geography_key, max(f.change_seq) as change_seq from projection.event_fact f group by 1) m on m.geography_key = g.geography_key
where not (select projection.sees_all_campaigns());

create view bi.dim_device as
select d.device_key, d.device_type, d.operating_system as os, d.browser, d.change_seq
from projection.device d
where (select projection.sees_all_campaigns())
union all
select d.device_key, d.device_type, d.operating_system, d.browser, greatest(d.change_seq, m.change_seq)
from projection.device d
join (select f.device_key, max(f.change_seq) as change_seq from projection.event_fact f group by 1) m on m.device_key = d.device_key
where not (select projection.sees_all_campaigns());

create view bi.dim_visitor as
select v.visitor as visitor_id, v.first_seen_at, v.last_seen_at, v.first_scan_at, v.change_seq
from projection.visitor v
where (select projection.sees_all_campaigns())
union all
select v.visitor, v.first_seen_at, v.last_seen_at, v.first_scan_at, greatest(v.change_seq, m.change_seq)
from projection.visitor v
join (select f.visitor, max(f.change_seq) as change_seq from projection.event_fact f where f.visitor is not null group by 1) m on m.visitor = v.visitor
where not (select projection.sees_all_campaigns());

create view bi.dim_placement as
select p.placement_id, p.placement_name, p.qr_code_id, p.campaign_id, p.kind, p.country, p.region, p.city, p.location_lat, p.location_lng,
       p.state, p.state_since, p.installed_at, p.described_at, p.change_seq
from bi_query.placement p;

-- A code that several placements carry shows one of them: an installed one before others, then the one whose state is newest.
create view bi.dim_qr_code as
select c.qr_code_id, c.first_seen_at, c.qr_code_name, c.campaign_id, c.target_url, n.placements, p.placement_id, p.placement_name,
       p.kind as placement_kind, p.country, p.region, p.city, p.state as placement_state, p.installed_at,
       greatest(c.change_seq, n.change_seq, m.change_seq) as change_seq
from (
    select coalesce(d.tenant_id, q.tenant_id) as tenant_id, coalesce(d.qr_code_id, q.qr_code_id) as qr_code_id, q.first_seen_at,
           d.name as qr_code_name, d.campaign_id, d.target_url, d.qr_code_id is not null as is_described,
           greatest(d.change_seq, q.change_seq) as change_seq
    from projection.qr_code_definition d
    full join projection.qr_code q on q.tenant_id = d.tenant_id and q.qr_code_id = d.qr_code_id) c
left join lateral (
    select o.* from bi_query.placement o
    where o.tenant_id = c.tenant_id and o.qr_code_id = c.qr_code_id
    order by (o.state = 'installed') desc, o.state_since desc nulls last, o.placement_id limit 1) p on true
cross join lateral (
    select count(*) as placements, max(o.change_seq) as change_seq
    from bi_query.placement o where o.tenant_id = c.tenant_id and o.qr_code_id = c.qr_code_id) n
left join (
    select f.qr_code_id, max(f.change_seq) as change_seq from projection.event_fact f
    where not (select projection.sees_all_campaigns()) group by 1) m on m.qr_code_id = c.qr_code_id
where (select projection.sees_all_campaigns()) or c.is_described or m.qr_code_id is not null;

create view bi.fact_scan as
select f.event_id, f.occurred_at as timestamp, (f.occurred_at at time zone t.time_zone)::date as date_key, f.qr_code_id, f.visitor as visitor_id,
       f.campaign_id, f.variant as campaign_variant, f.channel_type, f.content_category, f.conversion_goal, f.geography_key, f.device_key,
       f.latitude as location_lat, f.longitude as location_lng, f.lead_score, f.page_views, f.is_attribution as is_session_start, f.change_seq
from projection.event_fact f
join projection.tenant t on t.tenant_id = f.tenant_id
where f.is_scan;

create view bi.fact_conversion as
select f.event_id, c.ordinal::integer as ordinal, c.conversion_type, f.occurred_at as timestamp,
       (f.occurred_at at time zone t.time_zone)::date as date_key, f.qr_code_id, f.visitor as visitor_id, f.campaign_id,
       f.variant as campaign_variant, f.channel_type, f.content_category, f.conversion_goal, f.geography_key, f.device_key, f.change_seq
from projection.event_fact f
join projection.tenant t on t.tenant_id = f.tenant_id
cross join lateral unnest(f.conversions) with ordinality as c (conversion_type, ordinal)
where f.is_counted and f.conversion_count > 0;

create view bi.fact_revenue as
select f.event_id, f.revenue as amount, f.currency, f.kind = 'REFUND' as is_refund, f.occurred_at as timestamp,
       (f.occurred_at at time zone t.time_zone)::date as date_key, f.qr_code_id, f.visitor as visitor_id, f.campaign_id,
       f.variant as campaign_variant, f.channel_type, f.content_category, f.conversion_goal, f.geography_key, f.device_key, f.change_seq
from projection.event_fact f
join projection.tenant t on t.tenant_id = f.tenant_id
where f.is_counted and f.revenue is not null;

create view bi.fact_campaign_cost as
select k.campaign_id, k.day as date_key, k.cost_id, k.amount, o.reporting_currency as currency, o.amount as original_amount,
       o.currency as original_currency, o.from_day as cost_from, o.to_day as cost_to, greatest(k.change_seq, o.change_seq) as change_seq
from projection.campaign_cost_day k
join projection.campaign_cost o on o.tenant_id = k.tenant_id and o.campaign_id = k.campaign_id and o.cost_id = k.cost_id;

-- One row per scan, as the seeds' queries expect it; a session's totals stand on its attribution scan.
create view bi.qr_scan_events as
select f.event_id, f.occurred_at as timestamp, f.qr_code_id, f.visitor as visitor_id, f.campaign_id,
       coalesce(d.name, c.campaign_name) as campaign_name,
       f.variant as campaign_variant, f.country, f.region, f.city, f.latitude as location_lat, f.longitude as location_lng, f.device_type,
       f.browser,
       case when f.session_engagements > 0 then f.session_engagement_seconds end as engagement_duration,
       f.lead_score,
       coalesce(f.session_revenue, 0) as revenue_attribution,
       coalesce(f.session_conversions, 0) as conversion_count,
       greatest(f.change_seq, d.change_seq, c.change_seq) as change_seq
from projection.event_fact f
left join projection.campaign c on c.tenant_id = f.tenant_id and c.campaign_id = f.campaign_id
left join projection.campaign_definition d on d.tenant_id = f.tenant_id and d.campaign_id = f.campaign_id
where f.is_scan;

create view bi.qr_analytics_tableau as
select f.event_id, date_trunc('hour', f.occurred_at, t.time_zone) as hour_timestamp, f.campaign_id,
       coalesce(d.name, c.campaign_name) as campaign_name,
       f.region as geographic_region, f.device_type, f.lead_score,
       case when f.session_engagements > 0 then f.session_engagement_seconds end as engagement_duration,
       coalesce(f.session_revenue, 0) as revenue_attribution,
       coalesce(f.session_conversions, 0) as conversion_count
from projection.event_fact f
join projection.tenant t on t.tenant_id = f.tenant_id
left join projection.campaign c on c.tenant_id = f.tenant_id and c.campaign_id = f.campaign_id
left join projection.campaign_definition d on d.tenant_id = f.tenant_id and d.campaign_id = f.campaign_id
where f.is_scan and f.occurred_at >= ((now() at time zone t.time_zone)::date - 90)::timestamp at time zone t.time_zone;

-- Summaries: sums of the days' rollup, and visitors counted on their first day of the period. change_seq of a row only grows, because rollup
-- rows and cells that fell to nothing are kept.
do
$$
declare
    grain text;
    period text;
    first_column text;
begin
    foreach grain in array array['day', 'week', 'month', 'quarter'] loop
        period := format(case grain when 'day' then '%s' else 'date_trunc(''' || grain || ''', %s::timestamp)::date' end, 'r.day');
        first_column := case grain when 'day' then 'summary_date' else 'period_start' end;
        execute format($view$
            create view bi.campaign_%1$s_summary as
            select s.campaign_id, s.period as %2$s, s.total_scans, coalesce(u.visitors, 0)::bigint as unique_visitors, s.avg_lead_score,
                   s.total_revenue, s.conversions, s.sessions, s.converting_sessions, s.conversion_rate, s.avg_engagement_seconds,
                   s.new_customers, greatest(s.change_seq, u.change_seq) as change_seq
            from (
                select r.tenant_id, r.campaign_id, %3$s as period, sum(r.total_scans)::bigint as total_scans,
                       sum(r.lead_score_sum) / nullif(sum(r.lead_scores), 0) as avg_lead_score, sum(r.revenue) as total_revenue,
                       sum(r.conversions)::bigint as conversions, sum(r.sessions)::bigint as sessions,
                       sum(r.converting_sessions)::bigint as converting_sessions,
                       sum(r.converting_sessions) / nullif(sum(r.sessions), 0) as conversion_rate,
                       sum(r.engagement_seconds) / nullif(sum(r.engaged_sessions), 0) as avg_engagement_seconds,
                       sum(r.new_customers)::bigint as new_customers, max(r.change_seq) as change_seq
                from projection.rollup_day r
                where r.slice = 'campaign'
                group by 1, 2, 3
                having sum(r.events) > 0) s
            left join (
                select r.tenant_id, r.campaign_id, %3$s as period,
                       sum(r.visitors) filter (where r.previous_day < %3$s) as visitors, max(r.change_seq) as change_seq
                from projection.visitor_cell r
                where r.slice = 'campaign'
                group by 1, 2, 3) u
              on u.tenant_id = s.tenant_id and u.campaign_id = coalesce(s.campaign_id, '') and u.period = s.period
            $view$,
            case grain when 'day' then 'daily' else grain || 'ly' end, first_column, period);
    end loop;
end
$$;

create view bi.campaign_quarter_hour_summary as
select r.starts_at, r.campaign_id, r.variant as campaign_variant, r.channel_type, r.content_category, r.conversion_goal, r.total_scans,
       r.bot_scans, r.test_scans, r.sessions, r.converting_sessions, r.conversions, r.revenue as total_revenue, r.lead_score_sum, r.lead_scores,
       r.engagement_seconds, r.engaged_sessions, r.new_customers, r.change_seq
from projection.rollup_quarter_hour r
where r.events > 0 or r.bot_scans > 0 or r.test_scans > 0;

create view bi.removed_row as
select r.dataset, r.row_key, r.campaign_id, r.change_seq
from projection.removal r;

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

comment on column bi.dim_date.hours is 'Length of the tenant''s day: 23 or 25 where daylight saving begins or ends.';
comment on view bi.fact_campaign_cost is 'A cost''s share of one of its days, in the reporting currency: campaign, day and cost.';
comment on column bi.fact_campaign_cost.date_key is 'A day of the tenant''s calendar.';
comment on column bi.fact_campaign_cost.amount is 'The day''s share in the reporting currency; negative for a credit. May be summed.';
comment on column bi.fact_campaign_cost.original_amount is 'The whole cost as stated, on each of its days. May not be summed.';
comment on view bi.dim_campaign is 'A campaign: as it was described, else as its latest event tells; also without a scan.';
comment on column bi.dim_campaign.first_seen_at is 'The earliest event that names it; null where there is none.';
comment on column bi.dim_campaign.is_described is 'Somebody described it; otherwise it is known by events or costs only.';
comment on view bi.dim_campaign_version is 'A campaign as it was described from valid_from until before valid_to (null: today).';
comment on view bi.dim_qr_code is 'A code with one of its placements; also without a scan.';
comment on column bi.dim_qr_code.placements is 'How many placements carry it.';
comment on column bi.dim_qr_code.placement_state is 'designed, printed, shipped, installed, damaged or removed; null without placement.';
comment on view bi.dim_placement is 'A placement of a code and its state of today.';
comment on column bi.dim_placement.installed_at is 'The latest instant for which an installation was reported; null where it never was.';
comment on view bi.campaign_quarter_hour_summary is 'Sums that may be added up over time, campaigns and variants, by quarter of an hour (UTC).';
comment on view bi.removed_row is 'Rows that left a view, or moved out of a campaign, for incremental extracts.';
comment on column bi.removed_row.row_key is 'event_id of fact_conversion and fact_revenue; cost_id/date_key of fact_campaign_cost; campaign_id/summary_date of campaign_daily_summary; SHA-256 (hexadecimal) of visitor_id of dim_visitor.';

do
$$
declare
    followed record;
begin
    for followed in select c.table_name from information_schema.columns c where c.table_schema = 'bi' and c.column_name = 'change_seq' loop
        execute format('comment on column bi.%I.change_seq is %L', followed.table_name,
            'Number of the change that wrote the row last. Grows with every change of the row; an extract asks for what is greater than the greatest it has seen.');
    end loop;
end
$$;
