insert into ingestion.ingest_keys (key_hash, tenant_id, name, is_demo)
select key_hash, tenant_id, 'demo', true
from unnest($1::bytea[], $2::text[]) as demo (key_hash, tenant_id)
on conflict (key_hash) do nothing;
