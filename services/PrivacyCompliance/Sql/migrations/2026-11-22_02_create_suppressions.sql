-- Erased persons, so that what arrives of them later is not stored. Keyed hashes only, under a key of their own: the list alone
-- tells nobody's id and matches no other table.
create table privacy.suppressions (
    tenant_id  text not null,
    -- HMAC-SHA-256 of kind and lookup under the tenant's suppression key.
    hash       bytea not null check (octet_length(hash) = 32),
    created_at timestamptz not null default now(),
    primary key (tenant_id, hash)
);
