insert into privacy.audit_log (at, tenant_id, actor, action, outcome, object, details, source, source_id)
select e.at, e.tenant, e.actor, e.action, 'accepted', e.object, nullif(e.details, 'null'::jsonb), e.source, e.id
from jsonb_to_recordset($1::jsonb) as e (at timestamptz, tenant text, actor text, action text, object text, details jsonb, source text, id bigint)
order by e.source, e.id
on conflict (source, source_id) where source is not null do nothing
