-- To a reader who is limited to campaigns, a visitor and a code begin and end with what these campaigns tell of them: other campaigns' events do
-- not show in a date. Rows that a view leaves out by a condition of its own, and not by a policy, are hidden from errors that a reader's own
-- condition may raise on them: by "offset 0", which no condition passes, or security_barrier, which does not hold for the parts of a union.

create or replace view bi.dim_geography as
select g.geography_key, g.country, g.region, g.city, g.change_seq
from projection.geography g
where (select projection.sees_all_campaigns())
union all
select o.geography_key, o.country, o.region, o.city, o.change_seq
from (
    select g.geography_key, g.country, g.region, g.city, greatest(g.change_seq, m.change_seq) as change_seq
    from projection.geography g
    join (select f.geography_key, max(f.change_seq) as change_seq from projection.event_fact f group by 1) m on m.geography_key = g.geography_key
    where not (select projection.sees_all_campaigns())
    offset 0) o;

create or replace view bi.dim_device as
select d.device_key, d.device_type, d.operating_system as os, d.browser, d.change_seq
from projection.device d
where (select projection.sees_all_campaigns())
union all
select o.device_key, o.device_type, o.operating_system, o.browser, o.change_seq
from (
    select d.device_key, d.device_type, d.operating_system, d.browser, greatest(d.change_seq, m.change_seq) as change_seq
    from projection.device d
    join (select f.device_key, max(f.change_seq) as change_seq from projection.event_fact f group by 1) m on m.device_key = d.device_key
    where not (select projection.sees_all_campaigns())
    offset 0) o;

create or replace view bi.dim_visitor as
select v.visitor as visitor_id, v.first_seen_at, v.last_seen_at, v.first_scan_at, v.change_seq
from projection.visitor v
where (select projection.sees_all_campaigns())
union all
select o.visitor, o.first_seen_at, o.last_seen_at, o.first_scan_at, o.change_seq
from (
    select v.visitor, m.first_seen_at, m.last_seen_at, m.first_scan_at, greatest(v.change_seq, m.change_seq) as change_seq
    from projection.visitor v
    join (
        select f.visitor, min(f.occurred_at) as first_seen_at, max(f.occurred_at) as last_seen_at,
               min(f.occurred_at) filter (where f.is_scan) as first_scan_at, max(f.change_seq) as change_seq
        from projection.event_fact f
        where f.visitor is not null
        group by 1) m on m.visitor = v.visitor
    where not (select projection.sees_all_campaigns())
    offset 0) o;

create or replace view bi.dim_qr_code with (security_barrier = true) as
select c.qr_code_id,
       case when (select projection.sees_all_campaigns()) then c.first_seen_at else m.first_seen_at end as first_seen_at,
       c.qr_code_name, c.campaign_id, c.target_url, n.placements, p.placement_id, p.placement_name,
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
    select f.qr_code_id, min(f.occurred_at) as first_seen_at, max(f.change_seq) as change_seq from projection.event_fact f
    where not (select projection.sees_all_campaigns()) group by 1) m on m.qr_code_id = c.qr_code_id
where (select projection.sees_all_campaigns()) or c.is_described or m.qr_code_id is not null;
