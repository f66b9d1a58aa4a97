-- From a source's session to its stream. The key is random: nothing of the source's id can be read from a stream.
create table events.session_streams (
    tenant_id      text not null,
    -- HMAC-SHA-256 of the source's session id under the tenant's session lookup key.
    session_lookup bytea not null check (octet_length(session_lookup) = 32),
    stream_id      text not null,
    primary key (tenant_id, session_lookup)
);
