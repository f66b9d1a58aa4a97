-- The outcome of every batch, written with its events: a batch that is delivered again is answered from here.
create table events.processed_batches (
    batch_id       uuid primary key,
    tenant_id      text not null,
    source         text not null,
    received_at    timestamptz not null,
    received       integer not null,
    rejected       integer not null,
    stored         integer not null,
    duplicate      integer not null,
    bot            integer not null,
    consent_denied integer not null,
    suppressed     integer not null,
    quarantined    integer not null,
    -- The quarantined events, each sealed under its transit key; null where there are none.
    quarantine     jsonb,
    processed_at   timestamptz not null
);
