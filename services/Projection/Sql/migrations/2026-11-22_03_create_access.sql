-- Who may see which rows. Views are owned by bi_owner, which cannot log in and does not bypass policies; the policies ask who is connected
-- (session_user). A BI login's tenant and campaigns are fixed in projection.bi_login; a platform service states them per transaction in
-- app.tenant and app.campaigns (SET LOCAL). Without either, nothing is visible. The three functions are security definer, because a policy's
-- functions run as whoever asks, and a reader may not read the table of logins.

create table projection.bi_login (
    login         text primary key,
    tenant_id     text    not null references projection.tenant,
    all_campaigns boolean not null
);

create table projection.bi_login_campaign (
    login       text not null references projection.bi_login on delete cascade,
    campaign_id text not null,
    primary key (login, campaign_id)
);

-- Roles belong to the server, not to the database: several databases (and several starts at once) may want them.
do
$$
declare
    wanted text;
begin
    foreach wanted in array array['bi_owner', 'bi_reader', 'bi_service'] loop
        begin
            execute format('create role %I nologin', wanted);
        exception when duplicate_object or unique_violation then null;
        end;
    end loop;
end
$$;

create function projection.visible_tenant() returns text
    language sql stable security definer set search_path = pg_catalog
as
$$
select case
    when exists (select from projection.bi_login l where l.login = session_user)
        then (select l.tenant_id from projection.bi_login l where l.login = session_user)
    when pg_has_role(session_user, 'bi_service', 'member')
        then nullif(current_setting('app.tenant', true), '')
end;
$$;

create function projection.sees_all_campaigns() returns boolean
    language sql stable security definer set search_path = pg_catalog
as
$$
select case
    when exists (select from projection.bi_login l where l.login = session_user)
        then (select l.all_campaigns from projection.bi_login l where l.login = session_user)
    else coalesce(current_setting('app.campaigns', true), '') = 'all'
end;
$$;

-- The campaigns of a limited reader; app.campaigns is 'all' or a JSON array of ids.
create function projection.visible_campaigns() returns text[]
    language sql stable security definer set search_path = pg_catalog
as
$$
select case
    when exists (select from projection.bi_login l where l.login = session_user)
        then array(select c.campaign_id from projection.bi_login_campaign c where c.login = session_user)
    when left(coalesce(current_setting('app.campaigns', true), ''), 1) = '['
        then array(select jsonb_array_elements_text(current_setting('app.campaigns', true)::jsonb))
    else array[]::text[]
end;
$$;

grant usage on schema projection to bi_owner;
grant select on all tables in schema projection to bi_owner;
revoke all on projection.bi_login, projection.bi_login_campaign, projection.migrations from bi_owner;

do
$$
declare
    scoped text;
begin
    foreach scoped in array array['event_fact', 'campaign'] loop
        execute format('alter table projection.%I enable row level security', scoped);
        execute format('alter table projection.%I force row level security', scoped);
        execute format($policy$
            create policy readers on projection.%I for select to bi_owner using (
                tenant_id = (select projection.visible_tenant())
                and ((select projection.sees_all_campaigns()) or campaign_id = any ((select projection.visible_campaigns())::text[])))
            $policy$, scoped);
    end loop;
    -- Rows without a campaign of their own; views limit them to what a reader's events mention.
    foreach scoped in array array['tenant', 'session', 'qr_code', 'geography', 'device', 'visitor', 'unconsented'] loop
        execute format('alter table projection.%I enable row level security', scoped);
        execute format('alter table projection.%I force row level security', scoped);
        execute format('create policy readers on projection.%I for select to bi_owner using (tenant_id = (select projection.visible_tenant()))', scoped);
    end loop;
end
$$;

-- Progress of the projection against the log, for "as of". Reads the event store's tables, which bi_owner may not.
create function projection.watermark() returns table (projected bigint, stored bigint, as_of timestamptz)
    language plpgsql stable security definer set search_path = pg_catalog
as
$$
begin
    select coalesce((select p.last_seq_id from events.mt_event_progression p where p.name = 'Scans:All'), 0) into projected;
    select coalesce((select max(e.seq_id) from events.mt_events e), 0) into stored;
    as_of := case
        when projected >= stored then clock_timestamp()
        else coalesce((select e.timestamp from events.mt_events e where e.seq_id = projected), '-infinity'::timestamptz)
    end;
    return next;
end
$$;

-- A BI login may connect and read the views of schema bi; nothing is left to PUBLIC.
do
$$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to bi_reader, bi_service', current_database());
end
$$;
revoke all on schema public from public;
