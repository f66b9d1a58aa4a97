-- Persons of whom no copy of a refused or unprocessable event is kept any more. Keyed hashes under a key of their own: they match no
-- other table.
create table ingestion.erased_persons (
    tenant_id text not null,
    -- HMAC-SHA-256 of a visitor or session id under the tenant's quarantine suppression key.
    hash      bytea not null check (octet_length(hash) = 32),
    primary key (tenant_id, hash)
);

-- What an erasure has removed so far, for its report, under a name that leads to the case only as long as the case's key exists.
create table ingestion.erasures (
    mark_id uuid primary key,
    copies  bigint not null
);
