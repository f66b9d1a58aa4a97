-- A subject's record is the only way from a source's id to its pseudonym and to the key of what is sealed of it.
-- Deleting the record, re-wrapping the others under a new epoch and destroying the old epoch's key (kept outside the database)
-- makes the sealed data unreadable wherever copies of it lie.
create table privacy.key_epochs (
    epoch      integer primary key,
    created_at timestamptz not null default now(),
    -- Set when survivors are being re-wrapped: nothing is wrapped under it any more.
    retired_at timestamptz
);

insert into privacy.key_epochs (epoch) values (1);

create table privacy.subject_keys (
    subject_id  uuid primary key,
    tenant_id   text not null,
    kind        text not null check (kind in ('visitor', 'session', 'day')),
    -- HMAC-SHA-256 of the source's id under the tenant's lookup key.
    lookup      bytea not null check (octet_length(lookup) = 32),
    epoch       integer not null,
    -- The data key, sealed with AES-256-GCM under the epoch's key; the subject id is the associated data.
    wrapped_key bytea not null,
    pseudonym   uuid not null,
    created_at  timestamptz not null default now(),
    constraint subject_keys_lookup unique (tenant_id, kind, lookup)
);

create index subject_keys_epoch on privacy.subject_keys (epoch);
