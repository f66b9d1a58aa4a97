-- What other services are to be told (NoticeSender): it is committed with the events that it tells of, and goes when it was taken.
create table events.notice (
    id      bigint generated always as identity primary key,
    address text  not null,
    body    jsonb not null
);

-- Numbers the changes that are told to the audit log, which takes each once.
create sequence events.definition_change_id;
