-- The query API reads rollups where they answer exactly: through views, so that the policies of the tables hold. What a campaign is called and
-- belongs to today follows from its id, as in bi_query.event.

create view bi_query.rollup_day as
select r.*, coalesce(b.name, c.campaign_name) as campaign_name, b.business_unit
from projection.rollup_day r
left join projection.campaign c on c.tenant_id = r.tenant_id and c.campaign_id = r.campaign_id
left join projection.campaign_definition b on b.tenant_id = r.tenant_id and b.campaign_id = r.campaign_id;

create view bi_query.rollup_quarter_hour as
select r.*, coalesce(b.name, c.campaign_name) as campaign_name, b.business_unit
from projection.rollup_quarter_hour r
left join projection.campaign c on c.tenant_id = r.tenant_id and c.campaign_id = r.campaign_id
left join projection.campaign_definition b on b.tenant_id = r.tenant_id and b.campaign_id = r.campaign_id;

create view bi_query.visitor_cell as
select v.tenant_id, v.slice, nullif(v.campaign_id, '') as campaign_id, v.day, v.previous_day, v.visitors, v.change_seq,
       coalesce(b.name, c.campaign_name) as campaign_name, b.business_unit
from projection.visitor_cell v
left join projection.campaign c on c.tenant_id = v.tenant_id and c.campaign_id = v.campaign_id
left join projection.campaign_definition b on b.tenant_id = v.tenant_id and b.campaign_id = v.campaign_id;

grant create on schema bi_query to bi_owner;
alter view bi_query.rollup_day owner to bi_owner;
alter view bi_query.rollup_quarter_hour owner to bi_owner;
alter view bi_query.visitor_cell owner to bi_owner;
grant select on bi_query.rollup_day, bi_query.rollup_quarter_hour, bi_query.visitor_cell to bi_service;
revoke create on schema bi_query from bi_owner;
