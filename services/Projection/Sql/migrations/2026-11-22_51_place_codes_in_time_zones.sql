-- A code hangs somewhere, so its day is a local one. A placement may state its time zone; a code has that of the placement that dim_qr_code names,
-- else the tenant's. It is looked up when numbers are read: a placement that gets another zone re-dates what was scanned there before, and no
-- sum is kept in a zone that could change.

alter table projection.placement add column time_zone text;

set local check_function_bodies = off;

do
$$
declare
    former constant text := pg_get_functiondef('projection.describe_placements(bigint[])'::regprocedure);
    changed text := former;
    replaced text[];
begin
    foreach replaced slice 1 in array array[
        ['qr_code_id, kind, country, region, city, latitude, longitude, defined_at, changed_at)', 'qr_code_id, kind, country, region, city, latitude, longitude, time_zone, defined_at, changed_at)'],
        ['s."Latitude", s."Longitude",', 's."Latitude", s."Longitude", x."TimeZone",'],
        ['"Kind" text, "Site" jsonb)', '"Kind" text, "Site" jsonb, "TimeZone" text)'],
        ['(version, name, qr_code_id, kind, country, region, city, latitude, longitude, changed_at) =', '(version, name, qr_code_id, kind, country, region, city, latitude, longitude, time_zone, changed_at) ='],
        ['p.latitude, p.longitude, p.changed_at)', 'p.latitude, p.longitude, p.time_zone, p.changed_at)'],
        ['excluded.latitude, excluded.longitude, excluded.changed_at)', 'excluded.latitude, excluded.longitude, excluded.time_zone, excluded.changed_at)'],
        ['latitude, longitude, at)', 'latitude, longitude, zone, at)']] loop
        if position(replaced[1] in changed) = 0 then raise exception 'describe_placements has no %', replaced[1]; end if;
        changed := replace(changed, replaced[1], replaced[2]);
    end loop;
    execute changed;
end
$$;

grant create on schema bi to bi_owner;
grant create on schema bi_query to bi_owner;

create or replace view bi_query.placement as
select p.tenant_id, p.placement_id, p.name as placement_name, p.qr_code_id, q.campaign_id, p.kind, p.country, p.region, p.city,
       round(p.latitude, 2) as location_lat, round(p.longitude, 2) as location_lng, coalesce(s.state, 'designed') as state, s.at as state_since,
       i.installed_at, p.defined_at as described_at, greatest(p.change_seq, q.change_seq, i.change_seq) as change_seq, p.time_zone
from projection.placement p
left join projection.qr_code_definition q on q.tenant_id = p.tenant_id and q.qr_code_id = p.qr_code_id
left join lateral (
    select r.state, r.at from projection.placement_state r
    where r.tenant_id = p.tenant_id and r.placement_id = p.placement_id
    order by r.at desc, r.version desc limit 1) s on true
left join lateral (
    select max(r.at) filter (where r.state = 'installed') as installed_at, max(r.change_seq) as change_seq from projection.placement_state r
    where r.tenant_id = p.tenant_id and r.placement_id = p.placement_id) i on true;

-- Codes that are not in the tenant's zone, in the same order as dim_qr_code has placements. States are read of these codes only.
create view bi_query.code_zone as
select z.tenant_id, z.qr_code_id, z.time_zone
from (
    select distinct on (p.tenant_id, p.qr_code_id) p.tenant_id, p.qr_code_id, p.time_zone
    from bi_query.placement p
    where exists (
        select from projection.placement o where o.tenant_id = p.tenant_id and o.qr_code_id = p.qr_code_id and o.time_zone is not null)
    order by p.tenant_id, p.qr_code_id, (p.state = 'installed') desc, p.state_since desc nulls last, p.placement_id) z
where z.time_zone is not null;

create or replace view bi_query.reached_scan as
select f.tenant_id, f.occurred_at, f.visitor, a.campaign_id, a.campaign_name, a.channel_type, a.content_category, f.qr_code_id
from projection.event_fact f
join bi_query.target_audience a on a.tenant_id = f.tenant_id and a.campaign_id = f.campaign_id
where f.is_scan and f.visitor is not null;

create or replace view bi.dim_placement as
select p.placement_id, p.placement_name, p.qr_code_id, p.campaign_id, p.kind, p.country, p.region, p.city, p.location_lat, p.location_lng,
       p.state, p.state_since, p.installed_at, p.described_at, p.change_seq, coalesce(p.time_zone, t.time_zone) as time_zone
from bi_query.placement p
join projection.tenant t on t.tenant_id = p.tenant_id;

create or replace view bi.dim_qr_code with (security_barrier = true) as
select c.qr_code_id,
       case when (select projection.sees_all_campaigns()) then c.first_seen_at else m.first_seen_at end as first_seen_at,
       c.qr_code_name, c.campaign_id, c.target_url, n.placements, p.placement_id, p.placement_name,
       p.kind as placement_kind, p.country, p.region, p.city, p.state as placement_state, p.installed_at,
       greatest(c.change_seq, n.change_seq, m.change_seq) as change_seq, coalesce(p.time_zone, t.time_zone) as time_zone
from (
    select coalesce(d.tenant_id, q.tenant_id) as tenant_id, coalesce(d.qr_code_id, q.qr_code_id) as qr_code_id, q.first_seen_at,
           d.name as qr_code_name, d.campaign_id, d.target_url, d.qr_code_id is not null as is_described,
           greatest(d.change_seq, q.change_seq) as change_seq
    from projection.qr_code_definition d
    full join projection.qr_code q on q.tenant_id = d.tenant_id and q.qr_code_id = d.qr_code_id) c
join projection.tenant t on t.tenant_id = c.tenant_id
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

alter view bi_query.code_zone owner to bi_owner;
grant select on bi_query.code_zone to bi_service;
revoke create on schema bi from bi_owner;
revoke create on schema bi_query from bi_owner;
