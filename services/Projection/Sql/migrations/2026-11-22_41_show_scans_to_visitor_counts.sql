-- What distinct visitors are counted from under any filter: scans with what they can be told by, and the number of the change that wrote them
-- last, so that who keeps them in memory reads only what has changed. Pages do nothing for it: the index on change_seq is there for extracts.

create view bi_query.visitor_scan as
select f.tenant_id, f.seq_id, f.change_seq, f.occurred_at, f.visitor, f.qr_code_id, f.campaign_id, f.variant, f.channel_type, f.content_category,
       f.conversion_goal, f.country, f.region, f.city, f.device_type, f.operating_system, f.browser, f.graded_lead_score
from projection.event_fact f
where f.is_scan;

-- A scan that is gone, which only the correction of a rebuild does.
create view bi_query.removed_scan as
select r.tenant_id, r.row_key as event_id, r.campaign_id, r.change_seq
from projection.removal r
where r.dataset = 'fact_scan';

grant create on schema bi_query to bi_owner;
alter view bi_query.visitor_scan owner to bi_owner;
alter view bi_query.removed_scan owner to bi_owner;
grant select on bi_query.visitor_scan, bi_query.removed_scan to bi_service;
revoke create on schema bi_query from bi_owner;
