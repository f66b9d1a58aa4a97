-- Keys are kept as SHA-256: they are long and random, so that a slow hash would buy nothing.
create table ingestion.ingest_keys (
    key_hash bytea primary key check (octet_length(key_hash) = 32),
    tenant_id text not null,
    name text not null,
    is_demo boolean not null default false,
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);
