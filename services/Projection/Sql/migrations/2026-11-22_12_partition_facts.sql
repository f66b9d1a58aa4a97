-- Facts by month, with what their sessions came to, and a sequence of changes. Everything here follows from the log, so the tables are made
-- anew and filled from it: the daemon begins at zero after this. (Rebuilding beside live tables: migration 16.)

drop table projection.event_fact cascade;
drop table projection.session cascade;
drop function projection.apply_events, projection.insert_facts, projection.extend_sessions, projection.cut_sessions, projection.stamp_facts,
    projection.describe_dimensions, projection.mark_new_customers, projection.count_unconsented, projection.erase_visitors,
    projection.forget_visitors, projection.forget_places, projection.follow_streams, projection.apply_definitions,
    projection.describe_campaigns, projection.record_costs, projection.describe_codes, projection.describe_placements;
drop schema bi, bi_query cascade;
truncate projection.campaign, projection.qr_code, projection.geography, projection.device, projection.visitor, projection.unconsented,
    projection.campaign_definition, projection.campaign_cost, projection.campaign_cost_day, projection.qr_code_definition,
    projection.placement, projection.placement_state;

do
$$
begin
    if to_regclass('events.mt_event_progression') is not null then
        delete from events.mt_event_progression where name = 'Scans:All';
    end if;
end
$$;

-- The sequence of changes: one number per change of the read models, in the order in which changes become visible, because whoever changes
-- them holds the lock before drawing it. A row's change_seq is the number of the change that it was last written in: when it changed, not what
-- it is. It is left out where read models are compared.
create sequence projection.change_sequence as bigint;

create function projection.begin_change() returns void
    language plpgsql
as
$$
begin
    perform pg_advisory_xact_lock(hashtext('projection.change'));
    perform set_config('projection.change', nextval('projection.change_sequence')::text, true);
end
$$;

-- Columns are added with this default below, which asks for it once.
select set_config('projection.change', '0', true);

create function projection.current_change() returns bigint
    language sql stable
return current_setting('projection.change')::bigint;

create table projection.event_fact (
    tenant_id             text        not null,
    seq_id                bigint      not null,
    event_id              text        collate "C" not null,
    stream_id             text        collate "C" not null,
    session_key           text        collate "C",
    kind                  text        not null,
    is_scan               boolean     not null, -- a SCAN or RESCAN that is neither a bot's nor a test: what the catalogue calls a scan
    is_bot_scan           boolean     not null,
    is_test_scan          boolean     not null,
    is_test               boolean     not null,
    is_counted            boolean     not null, -- its conversions, revenue and engagement count: not a test, not in a bot's session
    is_attribution        boolean     not null default false,
    is_new_customer       boolean     not null default false,
    occurred_at           timestamptz not null,
    received_at           timestamptz not null,
    visitor               uuid,
    erased_customer       uuid, -- CUSTOMER events of one erased visitor still belong together: only the first was a new customer
    -- The context: an event's own for scans; that of the session's attribution scan, all taken together, for the others (context_of).
    context_of            bigint,
    qr_code_id            text        not null,
    campaign_id           text,
    stated_campaign_name  text,
    variant               text,
    channel_type          text,
    content_category      text,
    conversion_goal       text,
    country               text,
    region                text,
    city                  text,
    latitude              numeric(5, 2),
    longitude             numeric(5, 2),
    location_accuracy     text,
    device_type           text,
    operating_system      text,
    browser               text,
    screen_resolution     text,
    graded_lead_score     numeric, -- the score that grades lead quality: the scan's own, the attribution scan's for other events
    -- Measures, always the event's own.
    lead_score            numeric,
    engagement_seconds    numeric,
    page_views            integer,
    conversions           text[],
    conversion_count      integer     not null default 0,
    revenue               numeric,
    currency              text,
    -- What the session came to; on its attribution scan only.
    session_conversions         integer,
    session_first_conversion_at timestamptz,
    session_engagements         integer,
    session_engagement_seconds  numeric,
    session_revenue             numeric,
    change_seq            bigint      not null default projection.current_change(),
    geography_key         bigint generated always as (hashtextextended(
        coalesce(country, chr(1)) || chr(31) || coalesce(region, chr(1)) || chr(31) || coalesce(city, chr(1)), 0)) stored,
    device_key            bigint generated always as (hashtextextended(
        coalesce(device_type, chr(1)) || chr(31) || coalesce(operating_system, chr(1)) || chr(31) || coalesce(browser, chr(1)), 0)) stored,
    primary key (seq_id, occurred_at)
) partition by range (occurred_at);

create index event_fact_session on projection.event_fact (stream_id, occurred_at);
create index event_fact_time on projection.event_fact (tenant_id, occurred_at, event_id);
create index event_fact_visitor on projection.event_fact (tenant_id, visitor) where visitor is not null;
create index event_fact_customer on projection.event_fact (stream_id) where kind = 'CUSTOMER';
create index event_fact_customer_visitor on projection.event_fact (tenant_id, visitor) where kind = 'CUSTOMER';
create index event_fact_erased_customer on projection.event_fact (tenant_id, erased_customer) where erased_customer is not null;
create index event_fact_arrival on projection.event_fact (tenant_id, seq_id) where is_scan;
create index event_fact_change on projection.event_fact (tenant_id, change_seq);

create table projection.session (
    tenant_id            text        not null,
    session_key          text        collate "C" not null,
    stream_id            text        collate "C" not null,
    started_at           timestamptz not null,
    last_at              timestamptz not null,
    scans                integer     not null,
    bot_scans            integer     not null,
    -- The scan with the smallest (timestamp, eventId), in whatever order events arrived.
    attribution_at       timestamptz,
    attribution_event_id text        collate "C",
    attribution_seq      bigint,
    conversions          integer     not null,
    first_conversion_at  timestamptz,
    engagements          integer     not null,
    engagement_seconds   numeric     not null,
    revenue              numeric     not null,
    is_bot               boolean     not null generated always as (bot_scans > 0 and scans = 0) stored,
    -- What the session's facts were last stamped with; differs from the above only inside a projection step.
    stamped_seq          bigint,
    stamped_bot          boolean     not null default false,
    primary key (tenant_id, session_key)
);

create index session_stream on projection.session (stream_id, started_at);

-- A campaign's descriptions over time, one row per version of its stream: a type-2 dimension.
create table projection.campaign_version (
    tenant_id        text        not null,
    campaign_id      text        not null,
    version          bigint      not null,
    name             text,
    goal             text,
    channel          text,
    content_category text,
    business_unit    text,
    budget           numeric,
    budget_currency  text,
    target_metric    text,
    target_value     numeric,
    valid_from       timestamptz not null,
    change_seq       bigint      not null default projection.current_change(),
    primary key (tenant_id, campaign_id, version)
);

-- A month of facts is a partition, made when the first event of it, or of the month before it, comes. All before 2010 shares one, so that
-- nobody can make partitions by the thousand. A table is attached, not created in place: readers of the other months go on meanwhile.
create function projection.ensure_months(moments timestamptz[]) returns void
    language plpgsql
as
$$
declare
    wanted record;
begin
    if (select c.relkind from pg_class c where c.oid = 'event_fact'::regclass) <> 'p' then return; end if;
    for wanted in
        select distinct case when at < timestamptz '2010-01-01Z' then '-infinity' else date_trunc('month', at, 'UTC') end as month
        from (select unnest(moments) as at union all select max(m) + interval '1 month' from unnest(moments) as m) as moment
        where at is not null
        order by 1
    loop
        perform projection.ensure_month(wanted.month);
    end loop;
end
$$;

create function projection.ensure_month(month timestamptz) returns void
    language plpgsql
as
$$
declare
    name text := case when month = '-infinity' then 'event_fact_before_2010' else 'event_fact_' || to_char(month at time zone 'UTC', 'YYYY_MM') end;
    ends timestamptz := case when month = '-infinity' then '2010-01-01Z' else (month at time zone 'UTC' + interval '1 month') at time zone 'UTC' end;
begin
    if to_regclass('projection.' || name) is not null then return; end if;
    execute format('create table projection.%I (like projection.event_fact including defaults including generated)', name);
    execute format('alter table projection.event_fact attach partition projection.%I for values from (%s) to (%L)',
                   name, case when month = '-infinity' then 'minvalue' else quote_literal(month) end, ends);
end
$$;

-- Rows that left a published view or moved out of a campaign. An extract takes the removals and then the rows whose change_seq is greater
-- than the greatest that it has seen; where both speak of one row, a removal counts unless the row's change_seq is the same or greater.
create table projection.removal (
    tenant_id   text   not null,
    dataset     text   not null,
    row_key     text   not null,
    campaign_id text,
    change_seq  bigint not null default projection.current_change(),
    unique nulls not distinct (tenant_id, dataset, row_key, campaign_id)
);

create index removal_change on projection.removal (tenant_id, change_seq);

-- The smaller tables note their changes by themselves.
create function projection.note_change() returns trigger
    language plpgsql
as
$$
begin
    new.change_seq := projection.current_change();
    return new;
end
$$;

do
$$
declare
    dimension text;
begin
    foreach dimension in array array[
        'campaign', 'qr_code', 'geography', 'device', 'visitor', 'unconsented', 'campaign_definition', 'campaign_cost', 'campaign_cost_day',
        'qr_code_definition', 'placement', 'placement_state'] loop
        execute format('alter table projection.%I add column change_seq bigint not null default projection.current_change()', dimension);
        execute format('create index on projection.%I (tenant_id, change_seq)', dimension);
        if dimension <> 'campaign' then
            execute format('create trigger note_change before update on projection.%I for each row when (old is distinct from new)
                            execute function projection.note_change()', dimension);
        end if;
    end loop;
end
$$;

-- Which event described a campaign last is nothing that anybody reads; it moves with nearly every event.
create trigger note_change before update on projection.campaign for each row
    when ((old.campaign_name, old.channel_type, old.content_category, old.conversion_goal, old.first_seen_at)
          is distinct from (new.campaign_name, new.channel_type, new.content_category, new.conversion_goal, new.first_seen_at))
    execute function projection.note_change();

create function projection.note_removals() returns trigger
    language plpgsql
as
$$
begin
    if tg_table_name = 'visitor' then
        insert into projection.removal (tenant_id, dataset, row_key)
        -- A pseudonym must not outlive its erasure; who has it finds the row by its hash.
        select g.tenant_id, 'dim_visitor', encode(sha256(g.visitor::text::bytea), 'hex') from gone g
        on conflict (tenant_id, dataset, row_key, campaign_id) do update set change_seq = excluded.change_seq;
    else
        insert into projection.removal (tenant_id, dataset, row_key, campaign_id)
        select g.tenant_id, 'fact_campaign_cost', g.cost_id || '/' || g.day, g.campaign_id from gone g
        on conflict (tenant_id, dataset, row_key, campaign_id) do update set change_seq = excluded.change_seq;
    end if;
    return null;
end
$$;

create trigger note_removals after delete on projection.visitor referencing old table as gone
    for each statement execute function projection.note_removals();
create trigger note_removals after delete on projection.campaign_cost_day referencing old table as gone
    for each statement execute function projection.note_removals();
