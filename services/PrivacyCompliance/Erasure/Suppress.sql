insert into privacy.suppressions (tenant_id, hash, created_at) select $1, unnest($2::bytea[]), $3 on conflict do nothing
