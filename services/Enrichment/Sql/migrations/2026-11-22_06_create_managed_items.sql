-- Campaigns (c), codes (q) and placements (p) as they are now, for reading and listing: written with the events that they follow from, which
-- alone decide.
create table events.managed_items (
    tenant_id  text        not null,
    kind       "char"      not null,
    id         text        collate "C" not null,
    version    bigint      not null, -- of the stream
    body       json        not null, -- as the API shows it
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    changed_by text        not null, -- the user's name
    primary key (tenant_id, kind, id)
);
