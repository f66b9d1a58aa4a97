-- Rollups: sums and counts that may be added up, and what exact distinct counts need. They follow the facts in the same transaction: a trigger
-- keeps what a changed fact was before, and at the end of the change the difference between before and after is added. A rebuild sums up
-- all facts at once instead; both use the expressions below, and a test compares the results.

set local check_function_bodies = off;

-- Columns are added with the default current_change() below, which asks for it once.
select set_config('projection.change', '0', true);

-- Quarters of an hour begin at the same instants in every time zone in use, so that any zone's hour and day is a sum of them.
create table projection.rollup_quarter_hour (
    tenant_id        text        not null,
    starts_at        timestamptz not null,
    campaign_id      text,
    variant          text,
    channel_type     text,
    content_category text,
    conversion_goal  text,
    unique nulls not distinct (tenant_id, starts_at, campaign_id, variant, channel_type, content_category, conversion_goal)
);

-- Days are the tenant's. A slice fills its own columns and leaves the others null; each slice sums up to the same totals.
create table projection.rollup_day (
    tenant_id        text not null,
    slice            text not null, -- campaign, geography, device or code
    day              date not null,
    campaign_id      text,
    variant          text,
    channel_type     text,
    content_category text,
    conversion_goal  text,
    country          text,
    region           text,
    city             text,
    device_type      text,
    operating_system text,
    browser          text,
    qr_code_id       text,
    unique nulls not distinct (tenant_id, slice, day, campaign_id, variant, channel_type, content_category, conversion_goal, country, region,
                               city, device_type, operating_system, browser, qr_code_id)
);

-- On which days a visitor scanned: in the tenant (slice all), and in each campaign ('' where there is none).
create table projection.visitor_day (
    tenant_id   text   not null,
    slice       text   not null, -- all or campaign
    campaign_id text   not null,
    visitor     uuid   not null,
    day         date   not null,
    scans       bigint not null,
    primary key (tenant_id, visitor, slice, campaign_id, day)
);

-- Of the visitors of a day, how many had scanned last on previous_day ('-infinity': never before). Distinct visitors of the days a to b are the
-- sum over the days a to b of those with previous_day < a: each is counted on its first day in the range.
create table projection.visitor_cell (
    tenant_id    text   not null,
    slice        text   not null,
    campaign_id  text   not null,
    day          date   not null,
    previous_day date   not null,
    visitors     bigint not null,
    change_seq   bigint not null default projection.current_change(),
    primary key (tenant_id, slice, campaign_id, day, previous_day)
);

do
$generate$
declare
    -- What one fact adds: to its day and quarter of an hour, in its context.
    measures constant text[][] := array[
        ['events', 'bigint', '(c.is_scan or c.is_counted)::integer'],
        ['total_scans', 'bigint', 'c.is_scan::integer'],
        ['bot_scans', 'bigint', 'c.is_bot_scan::integer'],
        ['test_scans', 'bigint', 'c.is_test_scan::integer'],
        ['sessions', 'bigint', 'c.is_attribution::integer'],
        ['converting_sessions', 'bigint', '(c.is_attribution and c.session_conversions > 0)::integer'],
        ['converting_sessions_7d', 'bigint',
            '(c.is_attribution and coalesce(c.session_first_conversion_at <= c.occurred_at + interval ''168 hours'', false))::integer'],
        ['conversions', 'bigint', 'case when c.is_counted then c.conversion_count else 0 end'],
        ['revenue', 'numeric', 'case when c.is_counted then coalesce(c.revenue, 0) else 0 end'],
        ['lead_score_sum', 'numeric', 'case when c.is_scan then coalesce(c.lead_score, 0) else 0 end'],
        ['lead_scores', 'bigint', '(c.is_scan and c.lead_score is not null)::integer'],
        ['engagement_seconds', 'numeric', 'case when c.is_attribution then coalesce(c.session_engagement_seconds, 0) else 0 end'],
        ['engaged_sessions', 'bigint', '(c.is_attribution and c.session_engagements > 0)::integer'],
        ['new_customers', 'bigint', 'c.is_new_customer::integer']];
    names text := '';
    parts text := '';
    sums text := '';
    any_difference text := '';
    added text := '';
    i integer;
    quarter_hours text;
    days text;
    campaign_columns constant text := 'campaign_id, variant, channel_type, content_category, conversion_goal';
    day_columns constant text := 'campaign_id, variant, channel_type, content_category, conversion_goal, country, region, city, device_type, operating_system, browser, qr_code_id';
begin
    for i in 1 .. array_length(measures, 1) loop
        execute format('alter table projection.rollup_quarter_hour add column %I %s not null', measures[i][1], measures[i][2]);
        execute format('alter table projection.rollup_day add column %I %s not null', measures[i][1], measures[i][2]);
        names := names || ', ' || measures[i][1];
        parts := parts || format(', c.sign * (%s) as %I', measures[i][3], measures[i][1]);
        sums := sums || format(', sum(m.%I)', measures[i][1]);
        any_difference := any_difference || format('%ssum(m.%I) <> 0', case when i > 1 then ' or ' else '' end, measures[i][1]);
        added := added || format('%1$I = r.%1$I + excluded.%1$I, ', measures[i][1]);
    end loop;
    alter table projection.rollup_quarter_hour add column change_seq bigint not null default projection.current_change();
    alter table projection.rollup_day add column change_seq bigint not null default projection.current_change();

    quarter_hours := format($sql$
        insert into rollup_quarter_hour as r (tenant_id, starts_at, %1$s%2$s)
        select m.tenant_id, m.starts_at, %1$s%4$s
        from (select c.tenant_id, date_bin('15 minutes', c.occurred_at, timestamptz '2000-01-01Z') as starts_at, %1$s%3$s from %%1$s c) m
        group by m.tenant_id, m.starts_at, %1$s
        having %5$s
        on conflict (tenant_id, starts_at, %1$s) do update set %6$s change_seq = default$sql$,
        campaign_columns, names, parts, sums, any_difference, added);
    days := format($sql$
        insert into rollup_day as r (tenant_id, slice, day, %1$s%2$s)
        select m.tenant_id,
               case when grouping(m.qr_code_id) = 0 then 'code' when grouping(m.country) = 0 then 'geography'
                    when grouping(m.device_type) = 0 then 'device' else 'campaign' end,
               m.day, %1$s%4$s
        from (select c.tenant_id, (c.occurred_at at time zone coalesce(t.time_zone, 'UTC'))::date as day, %1$s%3$s
              from %%1$s c left join tenant t using (tenant_id)) m
        group by grouping sets (
            (m.tenant_id, m.day, m.campaign_id, m.variant, m.channel_type, m.content_category, m.conversion_goal),
            (m.tenant_id, m.day, m.campaign_id, m.country, m.region, m.city),
            (m.tenant_id, m.day, m.campaign_id, m.device_type, m.operating_system, m.browser),
            (m.tenant_id, m.day, m.campaign_id, m.qr_code_id))
        having %5$s
        on conflict (tenant_id, slice, day, %1$s) do update set %6$s change_seq = default$sql$,
        day_columns, names, parts, sums, any_difference, added);

    execute format($sql$
        create function projection.add_to_rollups() returns void language plpgsql as
        $body$
        begin
            %s;
            %s;
        end
        $body$ $sql$, format(quarter_hours, 'page_change'), format(days, 'page_change'));
    -- All facts at once, into empty rollups.
    execute format($sql$
        create function projection.sum_up_facts() returns void language plpgsql set work_mem = '128MB' as
        $body$
        begin
            %s;
            %s;
        end
        $body$ $sql$,
        split_part(format(quarter_hours, '(select 1 as sign, f.* from event_fact f)'), 'on conflict', 1),
        split_part(format(days, '(select 1 as sign, f.* from event_fact f)'), 'on conflict', 1));
end
$generate$;

create index rollup_quarter_hour_change on projection.rollup_quarter_hour (tenant_id, change_seq);
create index rollup_day_change on projection.rollup_day (tenant_id, change_seq);

-- A fact that this change touches for the first time is kept as it was. Rows of the change itself carry its number.
create function projection.keep_before() returns trigger
    language plpgsql
as
$$
begin
    insert into page_before select f.* from former f where f.change_seq <> projection.current_change();
    return null;
end
$$;

create trigger keep_before after update on projection.event_fact referencing old table as former
    for each statement execute function projection.keep_before();

-- One page, once: called by the daemon in the transaction that moves its progress.
create function projection.apply_page(sequences bigint[]) returns void
    language plpgsql
as
$$
declare
    former text := current_setting('search_path');
begin
    perform projection.begin_change();
    perform set_config('search_path', 'projection', true);
    perform projection.process_page(sequences);
    perform projection.settle_change();
    perform set_config('search_path', former, true);
end
$$;

create function projection.settle_change() returns void
    language plpgsql
    set enable_seqscan = off
    set enable_hashjoin = off
    set enable_mergejoin = off
    set jit = off
    set client_min_messages = warning
as
$$
begin
    if to_regclass('pg_temp.page_change') is null then
        create temporary table page_change (sign integer, like projection.event_fact) on commit delete rows;
        create temporary table page_visitor_day (
            tenant_id text, slice text, campaign_id text, visitor uuid, day date, scans bigint, is_turn boolean) on commit delete rows;
        create temporary table page_cell (
            tenant_id text, slice text, campaign_id text, day date, previous_day date, visitors integer) on commit delete rows;
    else
        delete from page_change;
        delete from page_visitor_day;
        delete from page_cell;
    end if;
    insert into page_change select -1, b.* from page_before b;
    with k as materialized (
        select p.seq_id, p.occurred_at from page_fact p
        union all
        select n.seq_id, n.occurred_at from page_new n
        union all
        select b.seq_id, b.occurred_at from page_before b)
    insert into page_change
    select 1, f.*
    from k
    join event_fact f on f.seq_id = k.seq_id and f.occurred_at = k.occurred_at;

    perform projection.note_left_rows();
    perform projection.add_to_rollups();
    perform projection.note_left_days();
    perform projection.move_visitors();
end
$$;

-- Facts that stopped counting, or now belong to another campaign, leave what readers of conversions and revenue have seen.
create function projection.note_left_rows() returns void
    language plpgsql
as
$$
begin
    with b as materialized (select * from page_before where is_counted)
    insert into removal (tenant_id, dataset, row_key, campaign_id)
    select b.tenant_id, d.dataset, b.event_id, b.campaign_id
    from b
    join event_fact f on f.seq_id = b.seq_id and f.occurred_at = b.occurred_at
    cross join lateral (
        select 'fact_conversion' as dataset where b.conversion_count > 0
        union all
        select 'fact_revenue' where b.revenue is not null) d
    where (not f.is_counted or f.campaign_id is distinct from b.campaign_id)
    on conflict (tenant_id, dataset, row_key, campaign_id) do update set change_seq = excluded.change_seq;
end
$$;

-- A campaign's day that lost its last event; asked after the rollups have followed.
create function projection.note_left_days() returns void
    language plpgsql
as
$$
begin
    insert into removal (tenant_id, dataset, row_key, campaign_id)
    select b.tenant_id, 'campaign_daily_summary', coalesce(b.campaign_id, '') || '/' || b.day, b.campaign_id
    from (select distinct b.tenant_id, b.campaign_id, (b.occurred_at at time zone coalesce(t.time_zone, 'UTC'))::date as day
          from page_before b left join tenant t on t.tenant_id = b.tenant_id) b
    where not exists (
        select from rollup_day r
        where r.tenant_id = b.tenant_id and r.slice = 'campaign' and r.day = b.day and coalesce(r.campaign_id, '') = coalesce(b.campaign_id, '')
          and r.events > 0)
    on conflict (tenant_id, dataset, row_key, campaign_id) do update set change_seq = excluded.change_seq;
end
$$;

-- A visitor's days in the tenant and in each campaign, and the cells next to those that came or went.
create function projection.move_visitors() returns void
    language plpgsql
as
$$
begin
    insert into page_visitor_day
    select c.tenant_id, s.slice, s.campaign_id, c.visitor, (c.occurred_at at time zone coalesce(t.time_zone, 'UTC'))::date, sum(c.sign), false
    from page_change c
    left join tenant t on t.tenant_id = c.tenant_id
    cross join lateral (values ('all', ''), ('campaign', coalesce(c.campaign_id, ''))) as s (slice, campaign_id)
    where c.is_scan and c.visitor is not null
    group by 1, 2, 3, 4, 5
    having sum(c.sign) <> 0;
    if not found then return; end if;

    -- Days that come or go; a visitor who scans again on a day changes no cell.
    update page_visitor_day p set is_turn = true
    where coalesce((select v.scans from visitor_day v
                    where v.tenant_id = p.tenant_id and v.visitor = p.visitor and v.slice = p.slice and v.campaign_id = p.campaign_id
                      and v.day = p.day), 0) in (0, -p.scans);

    perform projection.list_cells(-1);
    insert into visitor_day as v (tenant_id, slice, campaign_id, visitor, day, scans)
    select p.tenant_id, p.slice, p.campaign_id, p.visitor, p.day, p.scans from page_visitor_day p
    on conflict (tenant_id, visitor, slice, campaign_id, day) do update set scans = v.scans + excluded.scans;
    with p as materialized (select * from page_visitor_day where is_turn and scans < 0)
    delete from visitor_day v using p
    where v.tenant_id = p.tenant_id and v.visitor = p.visitor and v.slice = p.slice
      and v.campaign_id = p.campaign_id and v.day = p.day and v.scans = 0;
    perform projection.list_cells(1);

    insert into visitor_cell as v (tenant_id, slice, campaign_id, day, previous_day, visitors)
    select c.tenant_id, c.slice, c.campaign_id, c.day, c.previous_day, sum(c.visitors)
    from page_cell c
    group by 1, 2, 3, 4, 5
    having sum(c.visitors) <> 0
    on conflict (tenant_id, slice, campaign_id, day, previous_day) do update set visitors = v.visitors + excluded.visitors, change_seq = default;
end
$$;

create function projection.list_cells(n integer) returns void
    language plpgsql
as
$$
begin
    with p as materialized (select distinct tenant_id, visitor, slice, campaign_id from page_visitor_day where is_turn)
    insert into page_cell
    select v.tenant_id, v.slice, v.campaign_id, v.day,
           coalesce(lag(v.day) over (partition by v.tenant_id, v.visitor, v.slice, v.campaign_id order by v.day), '-infinity'), n
    from p
    join visitor_day v on v.tenant_id = p.tenant_id and v.visitor = p.visitor and v.slice = p.slice and v.campaign_id = p.campaign_id;
end
$$;

-- The same from all facts, into empty tables.
create function projection.sum_up_visitors() returns void
    language plpgsql
    set work_mem = '128MB'
as
$$
begin
    insert into visitor_day (tenant_id, slice, campaign_id, visitor, day, scans)
    select f.tenant_id, s.slice, s.campaign_id, f.visitor, (f.occurred_at at time zone coalesce(t.time_zone, 'UTC'))::date, count(*)
    from event_fact f
    left join tenant t on t.tenant_id = f.tenant_id
    cross join lateral (values ('all', ''), ('campaign', coalesce(f.campaign_id, ''))) as s (slice, campaign_id)
    where f.is_scan and f.visitor is not null
    group by 1, 2, 3, 4, 5;

    insert into visitor_cell (tenant_id, slice, campaign_id, day, previous_day, visitors)
    select c.tenant_id, c.slice, c.campaign_id, c.day, c.previous_day, count(*)
    from (select v.tenant_id, v.slice, v.campaign_id, v.day,
                 coalesce(lag(v.day) over (partition by v.tenant_id, v.visitor, v.slice, v.campaign_id order by v.day), '-infinity') as previous_day
          from visitor_day v) c
    group by 1, 2, 3, 4, 5;
end
$$;
