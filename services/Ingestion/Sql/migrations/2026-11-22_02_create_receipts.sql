-- One row per batch (request). The door writes what it received, enrichment's answer the outcomes, in either order; outcomes are
-- null until then. duplicates_at_door are part of duplicate.
create table ingestion.receipts (
    batch_id uuid primary key,
    tenant_id text not null,
    source text not null,
    received_at timestamptz not null,
    received integer not null,
    duplicates_at_door integer not null default 0,
    rejected integer not null,
    stored integer,
    duplicate integer,
    bot integer,
    consent_denied integer,
    suppressed integer,
    quarantined integer,
    processed_at timestamptz
);

create index receipts_by_hour on ingestion.receipts (tenant_id, received_at);
