-- Users are made, changed and removed by their tenant's administrators (/v1/users). A version counts the changes of a name, and goes on where the name
-- is given again: tokens carry it, so that those of before any change are known (and those of another person of that name).
alter table identity.users
    add column version    integer     not null default 1,
    add column changed_at timestamptz not null default now(),
    add column changed_by text        not null default 'platform';

-- Who did what; never a password. Not a foreign key: a removed user's changes stay, and keep the name from being seeded again.
create table identity.user_change (
    id         bigint generated always as identity primary key,
    at         timestamptz not null default now(),
    tenant_id  text        not null,
    user_name  text        not null,
    version    integer     not null,
    actor      text        not null,
    action     text        not null check (action in ('created', 'changed', 'password', 'removed')),
    role       text,   -- null where removed
    campaigns  text[]  -- what the user is limited to from then on; null is all campaigns, or none where removed
);

create index user_change_name on identity.user_change (user_name, version);

-- What other services are to be told (NoticeSender): it is committed with the change, and goes when it was taken.
create table identity.notice (
    id      bigint generated always as identity primary key,
    address text  not null,
    body    jsonb not null
);

-- Every change is audited, and moves the rows that the user's BI logins see.
create function identity.tell_user_change() returns trigger
    language plpgsql
as
$$
begin
    insert into identity.notice (address, body) values
        ('http://projection/internal/v1/user-grants', jsonb_build_object(
            'tenant', new.tenant_id, 'user', new.user_name, 'version', new.version, 'role', new.role, 'campaigns', new.campaigns, 'actor', new.actor)),
        ('http://privacy-compliance/internal/v1/audit', jsonb_build_object(
            'source', 'identity', 'id', new.id, 'at', new.at, 'tenant', new.tenant_id, 'actor', new.actor, 'action', 'user.' || new.action,
            'object', new.user_name, 'details', case when new.action <> 'removed' then jsonb_build_object('role', new.role, 'campaigns', new.campaigns) end));
    return null;
end
$$;

create trigger user_change_is_told after insert on identity.user_change for each row execute function identity.tell_user_change();

insert into identity.user_change (tenant_id, user_name, version, actor, action, role, campaigns)
select u.tenant_id, u.user_name, u.version, 'platform', 'created', u.role,
       case when u.campaign_scope = 'granted'
           then array(select g.campaign_id from identity.user_campaigns g where g.user_name = u.user_name order by 1) end
from identity.users u
order by u.user_name;
