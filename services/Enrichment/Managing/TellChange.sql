insert into events.notice (address, body)
values ('http://privacy-compliance/internal/v1/audit', jsonb_build_object(
    'source', 'definition', 'id', nextval('events.definition_change_id'), 'at', now(), 'tenant', ?::text, 'actor', ?::text, 'action', ?::text, 'object', ?::text,
    'details', jsonb_build_object('version', ?::bigint)))
