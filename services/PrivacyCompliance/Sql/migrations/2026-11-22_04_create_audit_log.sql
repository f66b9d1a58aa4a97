-- Who did what, when, with what outcome. Rows are added and never changed; no visitor's id is among them.
create table privacy.audit_log (
    id        bigint generated always as identity primary key,
    at        timestamptz not null,
    tenant_id text not null,
    -- A user's name, or the platform itself.
    actor     text not null,
    action    text not null,
    case_id   uuid,
    outcome   text not null
);

create index audit_log_newest on privacy.audit_log (tenant_id, id desc);

create function privacy.refuse_change() returns trigger
    language plpgsql
as
$$
begin
    raise exception 'privacy.audit_log is append-only' using errcode = 'insufficient_privilege';
end
$$;

create trigger audit_log_is_append_only before update or delete on privacy.audit_log for each row execute function privacy.refuse_change();
create trigger audit_log_is_never_emptied before truncate on privacy.audit_log for each statement execute function privacy.refuse_change();
