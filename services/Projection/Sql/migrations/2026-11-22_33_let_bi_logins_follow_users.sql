-- A BI login may be a user's: then it sees what the user may see, and follows it. The gateway tells every change of a user (POST
-- /internal/v1/user-grants), with the user's version, so that older news that arrives late changes nothing.

-- What is known of users. A removed one stays as such: news of before may still be on its way.
create table projection.bi_user (
    tenant_id text    not null,
    user_name text    not null,
    version   integer not null,
    role      text,   -- null where removed
    campaigns text[], -- null is all of the tenant's
    primary key (tenant_id, user_name)
);

alter table projection.bi_login
    add column user_name text,                          -- whose it is; null is nobody's in particular
    add column is_open   boolean not null default true; -- whether it may log in: not where its user may see no rows

alter table projection.bi_login_change add column user_name text;

-- What other services are to be told (NoticeSender): it is committed with the change, and goes when it was taken.
create table projection.notice (
    id      bigint generated always as identity primary key,
    address text  not null,
    body    jsonb not null
);

create function projection.audit_bi_login_change(c projection.bi_login_change) returns void
    language sql
as
$$
insert into projection.notice (address, body) values ('http://privacy-compliance/internal/v1/audit', jsonb_build_object(
    'source', 'bi_login', 'id', c.id, 'at', c.at, 'tenant', c.tenant_id, 'actor', c.actor, 'action', 'bi_login.' || c.action, 'object', c.login,
    'details', case when c.action <> 'removed' then jsonb_build_object('campaigns', c.campaigns, 'user', c.user_name) end))
$$;

create function projection.tell_bi_login_change() returns trigger
    language plpgsql
as
$$
begin
    perform projection.audit_bi_login_change(new);
    return null;
end
$$;

create trigger bi_login_change_is_told after insert on projection.bi_login_change for each row execute function projection.tell_bi_login_change();

select projection.audit_bi_login_change(c) from projection.bi_login_change c order by c.id;

-- Who may see rows of single events, and so have a BI login.
create function projection.sees_rows(role text) returns boolean
    language sql immutable
as
$$ select role in ('administrator', 'analyst') $$;

-- A login and what it sees; null campaigns are all of the tenant's. A user's login sees what the user may see, whatever campaigns say, unless nothing
-- is known of the user. Whoever narrows what is seen ends the transactions that were begun before (end_bi_sessions): their snapshots are older.
drop function projection.put_bi_login(text, text, text[], text, text);

create function projection.put_bi_login(wanted text, tenant text, campaigns text[], verifier text, by_whom text, whose text default null) returns void
    language plpgsql
as
$$
declare
    was    projection.bi_login;
    had    text[];
    owner  projection.bi_user;
    opened boolean := true;
begin
    perform pg_advisory_xact_lock(hashtext('qrplatform.bi_login'));
    select l.* into was from projection.bi_login l where l.login = wanted;
    select u.* into owner from projection.bi_user u where u.tenant_id = tenant and u.user_name = whose;
    if owner.user_name is not null then
        opened := coalesce(projection.sees_rows(owner.role), false);
        campaigns := case when opened then owner.campaigns else '{}' end;
    end if;
    campaigns := case when campaigns is not null then array(select distinct c from unnest(campaigns) c order by 1) end;
    had := case when not was.all_campaigns
        then array(select c.campaign_id from projection.bi_login_campaign c where c.login = wanted order by 1) end;
    perform projection.make_bi_role(wanted, verifier);
    if not opened then
        execute format('alter role %I nologin', wanted);
    elsif was.login is not null and not was.is_open then
        execute format('alter role %I login', wanted);
    end if;

    insert into projection.bi_login as l (login, tenant_id, all_campaigns, changed_by, user_name, is_open)
    values (wanted, tenant, campaigns is null, by_whom, whose, opened)
    on conflict (login) do update set
        all_campaigns = excluded.all_campaigns, version = l.version + 1, changed_at = now(), changed_by = excluded.changed_by,
        user_name = excluded.user_name, is_open = excluded.is_open;
    delete from projection.bi_login_campaign c where c.login = wanted and not c.campaign_id = any (coalesce(campaigns, '{}'));
    insert into projection.bi_login_campaign (login, campaign_id) select wanted, c from unnest(campaigns) c on conflict do nothing;

    insert into projection.bi_login_change (tenant_id, login, actor, action, campaigns, user_name)
    select tenant, wanted, by_whom, a.action, campaigns, whose
    from unnest(array[
        case when was.login is null then 'created'
             when had is distinct from campaigns or was.user_name is distinct from whose or was.is_open <> opened then 'changed' end,
        case when was.login is not null and verifier is not null then 'password' end]) a (action)
    where a.action is not null;
end
$$;

-- News of a user: its logins see what it may see, or go with it. Returns the roles whose sessions are to be ended when this is committed: all of
-- them, or those whose transactions may still read what was visible before.
create function projection.follow_user(tenant text, whose text, news integer, new_role text, grants text[], by_whom text)
    returns table (role_id oid, all_of_them boolean)
    language plpgsql
as
$$
declare
    login projection.bi_login;
    sees  constant boolean := coalesce(projection.sees_rows(new_role), false);
    wants constant text[] := case when not sees then '{}' when grants is not null then array(select distinct c from unnest(grants) c order by 1) end;
begin
    perform pg_advisory_xact_lock(hashtext('qrplatform.bi_login'));
    insert into projection.bi_user as u (tenant_id, user_name, version, role, campaigns) values (tenant, whose, news, new_role, grants)
    on conflict (tenant_id, user_name) do update set version = excluded.version, role = excluded.role, campaigns = excluded.campaigns
    where u.version < excluded.version;
    if not found then
        return;
    end if;

    for login in select l.* from projection.bi_login l where l.tenant_id = tenant and l.user_name = whose order by l.login loop
        if new_role is null then
            role_id := projection.remove_bi_login(login.login, by_whom);
        else
            continue when login.is_open = sees and login.all_campaigns = (wants is null)
                and (wants is null or wants = array(select c.campaign_id from projection.bi_login_campaign c where c.login = login.login order by 1));
            perform projection.put_bi_login(login.login, tenant, wants, null, by_whom, whose);
            select r.oid into role_id from pg_roles r where r.rolname = login.login;
        end if;
        all_of_them := not sees;
        continue when role_id is null;
        return next;
    end loop;
end
$$;

revoke execute on function projection.put_bi_login, projection.follow_user, projection.tell_bi_login_change, projection.audit_bi_login_change,
    projection.sees_rows from public;
