select key_hash, tenant_id, name
from ingestion.ingest_keys
where revoked_at is null and (not is_demo or $1);
