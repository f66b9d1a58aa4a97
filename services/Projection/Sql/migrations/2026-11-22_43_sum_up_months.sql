-- Months of the tenant's calendar, so that questions of a year read a row where they read thirty. Pages do not keep them: they only leave a mark on
-- the months whose days they change. A month that has not changed for a while is summed up from its days, and its sums hold as long as its mark
-- has not moved since; until then, and after any change, its days answer. Both are told apart within the reader's own snapshot.

set local check_function_bodies = off;
select projection.begin_change();

create table projection.rollup_month (like projection.rollup_day);
alter table projection.rollup_month drop column change_seq;
alter table projection.rollup_month rename column day to month;
create index rollup_month_slice on projection.rollup_month (tenant_id, slice, month, campaign_id);

-- made_seq is what change_seq was before the month's rows were summed up: where both are the same, nothing has changed since.
create table projection.summed_month (
    tenant_id  text        not null,
    month      date        not null, -- its first day
    change_seq bigint      not null default projection.current_change(),
    changed_at timestamptz not null default statement_timestamp(),
    made_seq   bigint,
    primary key (tenant_id, month)
) with (fillfactor = 50);

insert into projection.summed_month (tenant_id, month)
select distinct r.tenant_id, r.day - (extract(day from r.day)::integer - 1) from projection.rollup_day r;

-- Whoever writes days, a page or the correction of a rebuild, marks their months.
create function projection.mark_months() returns trigger
    language plpgsql
as
$$
begin
    insert into projection.summed_month as s (tenant_id, month)
    select distinct t.tenant_id, t.day - (extract(day from t.day)::integer - 1) from touched t
    on conflict (tenant_id, month) do update set change_seq = default, changed_at = default where s.change_seq <> excluded.change_seq;
    return null;
end
$$;

create trigger mark_new_days after insert on projection.rollup_day referencing new table as touched
    for each statement execute function projection.mark_months();
create trigger mark_changed_days after update on projection.rollup_day referencing new table as touched
    for each statement execute function projection.mark_months();
create trigger mark_gone_days after delete on projection.rollup_day referencing old table as touched
    for each statement execute function projection.mark_months();

-- Sums up one month that has not changed for so long; returns whether there was one. The mark is read before the days: what changes in
-- between moves it, and the sums do not hold. One at a time, so that no rows come twice.
do
$generate$
declare
    keys text;
    measures text;
    sums text;
begin
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum) filter (where a.atttypid not in ('bigint'::regtype, 'numeric'::regtype)),
           string_agg(quote_ident(a.attname), ', ' order by a.attnum) filter (where a.atttypid in ('bigint'::regtype, 'numeric'::regtype)),
           string_agg(format('sum(r.%I)', a.attname), ', ' order by a.attnum) filter (where a.atttypid in ('bigint'::regtype, 'numeric'::regtype))
    into keys, measures, sums
    from pg_attribute a
    where a.attrelid = 'projection.rollup_month'::regclass and a.attnum > 0 and not a.attisdropped and a.attname not in ('tenant_id', 'slice', 'month');
    execute format($sql$
        create function projection.sum_up_month(quiet interval) returns boolean
            language plpgsql
            set work_mem = '64MB'
            set jit = off
        as
        $body$
        declare
            stale record;
        begin
            if not pg_try_advisory_xact_lock(hashtext('projection.sum_up_month')) then return false; end if;
            select s.tenant_id, s.month, s.change_seq into stale
            from projection.summed_month s
            where s.made_seq is distinct from s.change_seq and s.changed_at <= statement_timestamp() - quiet
            order by s.month desc, s.tenant_id limit 1;
            if not found then return false; end if;
            delete from projection.rollup_month m where m.tenant_id = stale.tenant_id and m.month = stale.month;
            insert into projection.rollup_month (tenant_id, slice, month, %1$s, %2$s)
            select r.tenant_id, r.slice, stale.month, %1$s, %3$s
            from projection.rollup_day r
            where r.tenant_id = stale.tenant_id and r.day >= stale.month and r.day < (stale.month + interval '1 month')::date
              and r.slice in ('all', 'all_geography', 'all_device', 'campaign', 'geography', 'device', 'code')
            group by r.tenant_id, r.slice, %1$s
            order by r.slice, campaign_id;
            update projection.summed_month s set made_seq = stale.change_seq where s.tenant_id = stale.tenant_id and s.month = stale.month;
            return true;
        end
        $body$ $sql$, keys, measures, sums);
end
$generate$;

-- After a rebuild, so that what somebody changed by hand goes, too.
create function projection.forget_months() returns void
    language plpgsql
as
$$
begin
    update projection.summed_month set made_seq = null where made_seq is not null;
end
$$;

grant select on projection.rollup_month, projection.summed_month to bi_owner;
alter table projection.rollup_month enable row level security;
alter table projection.rollup_month force row level security;
create policy readers on projection.rollup_month for select to bi_owner using (
    tenant_id = (select projection.visible_tenant())
    and ((select projection.sees_all_campaigns()) or campaign_id = any ((select projection.visible_campaigns())::text[])));
alter table projection.summed_month enable row level security;
alter table projection.summed_month force row level security;
create policy readers on projection.summed_month for select to bi_owner using (tenant_id = (select projection.visible_tenant()));

create view bi_query.summed_month as
select s.tenant_id, s.month from projection.summed_month s where s.made_seq = s.change_seq;

-- Months by their first day, and the days beside them: a question takes whole months from the one and the rest from the other.
do
$generate$
declare
    keys text;
begin
    select string_agg('r.' || quote_ident(a.attname), ', ' order by a.attnum) into keys
    from pg_attribute a
    where a.attrelid = 'projection.rollup_month'::regclass and a.attnum > 0 and not a.attisdropped and a.attname not in ('tenant_id', 'slice', 'month');
    execute format($sql$
        create view bi_query.rollup_month as
        select r.tenant_id, true as is_month, r.slice, r.month as day, %1$s, coalesce(b.name, c.campaign_name) as campaign_name, b.business_unit
        from projection.rollup_month r
        left join projection.campaign c on c.tenant_id = r.tenant_id and c.campaign_id = r.campaign_id
        left join projection.campaign_definition b on b.tenant_id = r.tenant_id and b.campaign_id = r.campaign_id
        union all
        select r.tenant_id, false, r.slice, r.day, %1$s, coalesce(b.name, c.campaign_name), b.business_unit
        from projection.rollup_day r
        left join projection.campaign c on c.tenant_id = r.tenant_id and c.campaign_id = r.campaign_id
        left join projection.campaign_definition b on b.tenant_id = r.tenant_id and b.campaign_id = r.campaign_id$sql$, keys);
end
$generate$;

grant create on schema bi_query to bi_owner;
alter view bi_query.summed_month owner to bi_owner;
alter view bi_query.rollup_month owner to bi_owner;
grant select on bi_query.summed_month, bi_query.rollup_month to bi_service;
revoke create on schema bi_query from bi_owner;
