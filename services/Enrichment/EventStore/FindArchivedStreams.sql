select distinct s.id
from unnest($1::varchar[], $2::varchar[]) as k (tenant_id, id)
join events.mt_streams s on s.tenant_id = k.tenant_id and s.id = k.id
where s.is_archived
