-- What journeys, sessions, target audiences and new markets are computed from (docs/metrics-of-the-requirements.md): views over what is there, so
-- that no page of the projection has more to do.

create view bi_query.step as
select f.tenant_id, f.seq_id, f.session_key, f.visitor, f.kind, f.occurred_at, f.is_scan, f.is_counted, f.is_attribution, f.revenue
from projection.event_fact f;

-- A campaign's target audience is its target for unique visitors. What it is called and belongs to is its own, as of costs.
create view bi_query.target_audience as
select c.tenant_id, c.campaign_id, c.campaign_name, c.channel_type, c.content_category, c.target_value as audience
from bi_query.campaign c
where c.target_metric = 'unique_visitors' and c.target_value > 0;

create view bi_query.reached_scan as
select f.tenant_id, f.occurred_at, f.visitor, a.campaign_id, a.campaign_name, a.channel_type, a.content_category
from projection.event_fact f
join bi_query.target_audience a on a.tenant_id = f.tenant_id and a.campaign_id = f.campaign_id
where f.is_scan and f.visitor is not null;

-- A country, or a known region of it, is a market from the first day of the tenant's calendar with 10 scans on.
create view bi_query.new_country as
select d.tenant_id, d.country, min(d.day) as day
from (
    select r.tenant_id, r.country, r.day from projection.rollup_day r
    where r.slice = 'geography' and r.country is not null
    group by 1, 2, 3 having sum(r.total_scans) >= 10) d
group by 1, 2;

create view bi_query.new_region as
select d.tenant_id, d.country, d.region, min(d.day) as day
from (
    select r.tenant_id, r.country, r.region, r.day from projection.rollup_day r
    where r.slice = 'geography' and r.country is not null and r.region is not null
    group by 1, 2, 3, 4 having sum(r.total_scans) >= 10) d
group by 1, 2, 3;

grant create on schema bi_query to bi_owner;
alter view bi_query.step owner to bi_owner;
alter view bi_query.target_audience owner to bi_owner;
alter view bi_query.reached_scan owner to bi_owner;
alter view bi_query.new_country owner to bi_owner;
alter view bi_query.new_region owner to bi_owner;
grant select on bi_query.step, bi_query.target_audience, bi_query.reached_scan, bi_query.new_country, bi_query.new_region to bi_service;
revoke create on schema bi_query from bi_owner;
