-- Tenants demo and acme, and logins for BI tools with their own names as passwords. Safe to run again and at the same time; a login that exists
-- stays as it is, because an administrator may have changed it, and one that was removed stays removed.
insert into projection.tenant (tenant_id, name, time_zone, reporting_currency)
values ('demo', 'Demo', 'America/Los_Angeles', 'USD'), ('acme', 'Acme', 'UTC', 'USD')
on conflict do nothing;

do
$$
declare
    wanted record;
begin
    perform pg_advisory_xact_lock(hashtext('qrplatform.bi_login'));
    for wanted in
        select w.* from (values
            ('bi_demo', 'demo', null::text[], null), ('bi_demo_marketer', 'demo', array['camp_holiday_2025'], 'marketer'), ('bi_acme', 'acme', null, null)
        ) as w (login, tenant, campaigns, whose)
        left join projection.bi_login l on l.login = w.login
        where l.login is null and not exists (select from projection.bi_login_change c where c.login = w.login and c.action = 'removed')
           or l.is_open and not exists (select from pg_roles r where r.rolname = w.login and r.rolcanlogin)
    loop
        perform projection.put_bi_login(wanted.login, wanted.tenant, wanted.campaigns, null, 'platform', wanted.whose);
        -- Another database of this server may have them already.
        if (select l.is_open from projection.bi_login l where l.login = wanted.login) and not exists (select from pg_roles r where r.rolname = wanted.login and r.rolcanlogin) then
            execute format('alter role %1$I login password %1$L', wanted.login);
        end if;
    end loop;

    -- From before logins were users'.
    update projection.bi_login l set user_name = 'marketer' where l.login = 'bi_demo_marketer' and l.changed_by = 'platform' and l.user_name is null;

    -- Limits may have changed with a version.
    for wanted in select l.login from projection.bi_login l where l.changed_by = 'platform' loop
        perform projection.make_bi_role(wanted.login, null);
    end loop;
end
$$;
