insert into ingestion.erased_persons (tenant_id, hash) select $1, unnest($2::bytea[]) on conflict do nothing
