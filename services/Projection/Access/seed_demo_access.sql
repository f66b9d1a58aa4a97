-- Tenants demo and acme, and logins for BI tools with their own names as passwords. Safe to run again and at the same time.
insert into projection.tenant (tenant_id, name, time_zone, reporting_currency)
values ('demo', 'Demo', 'America/Los_Angeles', 'USD'), ('acme', 'Acme', 'UTC', 'USD')
on conflict do nothing;

do
$$
declare
    wanted text;
begin
    perform pg_advisory_xact_lock(hashtext('qrplatform.bi_login'));
    foreach wanted in array array['bi_demo', 'bi_demo_marketer', 'bi_acme'] loop
        begin
            execute format('create role %I', wanted);
        exception when duplicate_object or unique_violation then null;
        end;
        -- Roles are shared by the server's databases; altering one only where it is not yet as wanted keeps starts from colliding.
        if not exists (select from pg_roles where rolname = wanted and rolcanlogin and rolconnlimit = 20) then
            execute format('alter role %1$I login password %1$L connection limit 20', wanted);
        end if;
        if not pg_has_role(wanted, 'bi_reader', 'member') then
            execute format('grant bi_reader to %I', wanted);
        end if;
        execute format('alter role %I in database %I set search_path = bi', wanted, current_database());
        execute format('alter role %I in database %I set statement_timeout = %L', wanted, current_database(), '60s');
        execute format('alter role %I in database %I set default_transaction_read_only = on', wanted, current_database());
    end loop;
end
$$;

insert into projection.bi_login (login, tenant_id, all_campaigns)
values ('bi_demo', 'demo', true), ('bi_demo_marketer', 'demo', false), ('bi_acme', 'acme', true)
on conflict do nothing;

insert into projection.bi_login_campaign (login, campaign_id)
values ('bi_demo_marketer', 'camp_holiday_2025')
on conflict do nothing;
