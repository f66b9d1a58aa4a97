-- BI logins are made, changed and removed here and nowhere else: the demo logins and those of administrators (/v1/bi-logins) alike. A login is a
-- PostgreSQL role with the same limits as every other, and a row that says whose rows it sees.

alter table projection.bi_login
    add column version    integer     not null default 1,
    add column created_at timestamptz not null default now(),
    add column changed_at timestamptz not null default now(),
    add column changed_by text        not null default 'platform';

-- Who did what. Not a foreign key: a removed login's changes stay.
create table projection.bi_login_change (
    id        bigint generated always as identity primary key,
    at        timestamptz not null default now(),
    tenant_id text        not null,
    login     text        not null,
    actor     text        not null,
    action    text        not null, -- created, changed, password or removed
    campaigns text[]                -- what it may see from then on; null is all campaigns, or none where it was removed
);

create index bi_login_change_tenant on projection.bi_login_change (tenant_id, id);

-- What a session of a BI login starts with. temp_file_limit is the superuser's to change; the others a session may change itself:
-- end_overstaying_bi_sessions() is for those who do.
create function projection.bi_limits() returns table (name text, value text)
    language sql immutable
as
$$
values ('search_path', 'bi'), ('default_transaction_read_only', 'on'), ('statement_timeout', '60s'), ('idle_in_transaction_session_timeout', '60s'),
       ('lock_timeout', '10s'), ('work_mem', '16MB'), ('temp_file_limit', '1GB')
$$;

-- Makes the role a BI login of this database. A password is a SCRAM verifier, never plain text, which could end up in the server's log; null leaves
-- it as it is. Roles are shared by the server's databases; altering one only where it is not yet as wanted keeps starts from colliding.
create function projection.make_bi_role(wanted text, verifier text) returns void
    language plpgsql
as
$$
declare
    connections constant integer := 20;
    setting     record;
begin
    perform pg_advisory_xact_lock(hashtext('qrplatform.bi_login'));
    begin
        execute format('create role %I nologin', wanted);
    exception when duplicate_object or unique_violation then null;
    end;
    if verifier is not null then
        execute format('alter role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L', wanted, verifier);
    end if;
    if not exists (select from pg_roles r where r.rolname = wanted and r.rolconnlimit = connections) then
        execute format('alter role %I connection limit %s', wanted, connections);
    end if;
    if not pg_has_role(wanted, 'bi_reader', 'member') then
        execute format('grant bi_reader to %I', wanted);
    end if;
    for setting in select l.name, l.value from projection.bi_limits() l loop
        execute format('alter role %I in database %I set %I = %L', wanted, current_database(), setting.name, setting.value);
    end loop;
end
$$;

-- A login and what it sees; null campaigns are all of the tenant's. Whoever narrows what is seen ends the transactions that were begun before
-- (end_bi_sessions): their snapshots are older than the change.
create function projection.put_bi_login(wanted text, tenant text, campaigns text[], verifier text, by_whom text) returns void
    language plpgsql
as
$$
declare
    was projection.bi_login;
    had text[];
begin
    perform pg_advisory_xact_lock(hashtext('qrplatform.bi_login'));
    select l.* into was from projection.bi_login l where l.login = wanted;
    had := case when not was.all_campaigns
        then array(select c.campaign_id from projection.bi_login_campaign c where c.login = wanted order by 1) end;
    perform projection.make_bi_role(wanted, verifier);

    insert into projection.bi_login as l (login, tenant_id, all_campaigns, changed_by)
    values (wanted, tenant, campaigns is null, by_whom)
    on conflict (login) do update set
        all_campaigns = excluded.all_campaigns, version = l.version + 1, changed_at = now(), changed_by = excluded.changed_by;
    delete from projection.bi_login_campaign c where c.login = wanted and not c.campaign_id = any (coalesce(campaigns, '{}'));
    insert into projection.bi_login_campaign (login, campaign_id) select distinct wanted, c from unnest(campaigns) c on conflict do nothing;

    insert into projection.bi_login_change (tenant_id, login, actor, action, campaigns)
    select tenant, wanted, by_whom, a.action, campaigns
    from unnest(array[
        case when was.login is null then 'created'
             when had is distinct from (select array_agg(distinct c order by c) from unnest(campaigns) c)
               or was.all_campaigns <> (campaigns is null) then 'changed' end,
        case when was.login is not null and verifier is not null then 'password' end]) a (action)
    where a.action is not null;
end
$$;

-- Ends a login's sessions: all of them, or those whose transaction was begun before now and may still read what was visible then.
create function projection.end_bi_sessions(role_id oid, all_of_them boolean) returns integer
    language sql
as
$$
select count(pg_terminate_backend(a.pid, 0))::integer
from pg_stat_activity a
where a.usesysid = role_id and (all_of_them or a.datname = current_database() and a.xact_start < clock_timestamp())
$$;

-- Without its row a login sees nothing, without its role nobody is it. The sessions are ended by the caller, when this is committed.
create function projection.remove_bi_login(unwanted text, by_whom text) returns oid
    language plpgsql
as
$$
declare
    role_id oid;
    tenant  text;
begin
    perform pg_advisory_xact_lock(hashtext('qrplatform.bi_login'));
    select r.oid into role_id from pg_roles r where r.rolname = unwanted;
    delete from projection.bi_login l where l.login = unwanted returning l.tenant_id into tenant;
    if tenant is not null then
        insert into projection.bi_login_change (tenant_id, login, actor, action) values (tenant, unwanted, by_whom, 'removed');
    end if;
    execute format('drop role if exists %I', unwanted);
    return role_id;
end
$$;

-- A session may raise its own statement_timeout, and catch the cancellation that this one causes. So overstaying sessions are ended from outside.
create function projection.end_overstaying_bi_sessions(grace interval) returns integer
    language sql
as
$$
select count(pg_terminate_backend(a.pid, 0))::integer
from pg_stat_activity a
join projection.bi_login l on l.login = a.usename
cross join (select max(b.value::interval) filter (where b.name = 'statement_timeout') as statement,
                   max(b.value::interval) filter (where b.name = 'idle_in_transaction_session_timeout') as idle
            from projection.bi_limits() b
            where b.name in ('statement_timeout', 'idle_in_transaction_session_timeout')) m
where a.datname = current_database()
  and (a.state = 'active' and a.query_start < clock_timestamp() - m.statement - grace
    or a.state like 'idle in transaction%' and a.state_change < clock_timestamp() - m.idle - grace)
$$;

revoke execute on function projection.make_bi_role, projection.put_bi_login, projection.remove_bi_login, projection.end_bi_sessions,
    projection.end_overstaying_bi_sessions from public;

-- What PostgreSQL lets everybody do, and a reader has no use for: large objects take disk space without any privilege, and a lock by number may be
-- one that a service waits for. Unlocking stays: clients' pools do it between users.
do
$$
declare
    open_to_all record;
begin
    for open_to_all in
        select p.oid::regprocedure as signature from pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace
          and (p.proname ~ '^lo_|^lo(read|write)$' or p.proname ~ '^pg_(try_)?advisory_(xact_)?lock')
    loop
        execute format('revoke execute on function %s from public', open_to_all.signature);
        execute format('grant execute on function %s to current_user, bi_service', open_to_all.signature);
    end loop;
end
$$;

