select asked.position::int - 1
from unnest($1::text[], $2::bytea[]) with ordinality as asked (tenant_id, hash, position)
where exists (select from ingestion.erased_persons erased where erased.tenant_id = asked.tenant_id and erased.hash = asked.hash)
