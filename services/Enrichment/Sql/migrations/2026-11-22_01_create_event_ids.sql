-- Which events a tenant's store holds, over its whole history: the one place that decides whether an event is new. It lies beside
-- Marten's tables and is not known to it. Ids are compared byte by byte ("C"), as everywhere.
create table events.event_ids (
    tenant_id    text not null,
    event_id     text collate "C" not null,
    id           uuid not null, -- mt_events.id of the event that came first
    content_hash bytea not null,
    primary key (tenant_id, event_id)
);
