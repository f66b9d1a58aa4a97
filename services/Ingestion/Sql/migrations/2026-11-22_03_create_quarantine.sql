-- Copies of events that were refused at the door or could not be processed later. Personal data: sealed under the transit key named
-- beside it; what is in clear is needed to find and count them.
create table ingestion.quarantine (
    batch_id uuid not null,
    stage text not null check (stage in ('door', 'enrichment')),
    position integer not null,
    tenant_id text not null,
    source text not null,
    event_id text,
    reasons text[] not null,
    received_at timestamptz not null,
    transit_key_id text not null,
    sealed_event bytea not null,
    is_cut boolean not null,
    primary key (batch_id, stage, position)
);

create index quarantine_newest on ingestion.quarantine (tenant_id, received_at desc, batch_id, stage, position);
