-- Who did what to which rule. The rule itself is not here: its definition may name addresses of people.
create table alerting.rule_change (
    id        bigint generated always as identity primary key,
    at        timestamptz not null default now(),
    tenant_id text        not null,
    rule_id   text        not null,
    version   bigint      not null,
    actor     text        not null,
    action    text        not null check (action in ('created', 'changed', 'removed'))
);

-- What other services are to be told (NoticeSender): it is committed with the change, and goes when it was taken.
create table alerting.notice (
    id      bigint generated always as identity primary key,
    address text  not null,
    body    jsonb not null
);

create function alerting.tell_rule_change() returns trigger
    language plpgsql
as
$$
begin
    insert into alerting.notice (address, body) values ('http://privacy-compliance/internal/v1/audit', jsonb_build_object(
        'source', 'alert_rule', 'id', new.id, 'at', new.at, 'tenant', new.tenant_id, 'actor', new.actor, 'action', 'alert_rule.' || new.action,
        'object', new.rule_id, 'details', jsonb_build_object('version', new.version)));
    return null;
end
$$;

create trigger rule_change_is_told after insert on alerting.rule_change for each row execute function alerting.tell_rule_change();
