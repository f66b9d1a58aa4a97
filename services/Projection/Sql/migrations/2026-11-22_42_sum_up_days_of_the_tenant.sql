-- Days of the tenant in whole, of its places and of its devices, whatever the campaign: what most dashboards ask first. Each place in each campaign is
-- nearly a row per session where campaigns and places are many, so that a year of places was millions of rows; now it is days times places.
-- A page adds a row for the day and one for each place and device that it has.

set local check_function_bodies = off;
select projection.begin_change();

do
$$
declare
    slices constant text := $sql$case when grouping(m.qr_code_id) = 0 then 'code' when grouping(m.country) = 0 then 'geography'
                    when grouping(m.device_type) = 0 then 'device' else 'campaign' end$sql$;
    all_slices constant text := $sql$case when grouping(m.campaign_id) = 1 and grouping(m.country) = 0 then 'all_geography'
                    when grouping(m.campaign_id) = 1 and grouping(m.device_type) = 0 then 'all_device'
                    when grouping(m.campaign_id) = 1 then 'all'
                    when grouping(m.qr_code_id) = 0 then 'code' when grouping(m.country) = 0 then 'geography'
                    when grouping(m.device_type) = 0 then 'device' else 'campaign' end$sql$;
    sets constant text := 'group by grouping sets (';
    all_sets constant text := 'group by grouping sets (
            (m.tenant_id, m.day),
            (m.tenant_id, m.day, m.country, m.region, m.city),
            (m.tenant_id, m.day, m.device_type, m.operating_system, m.browser),';
    measures text;
    sums text;
    changed text;
    adding regprocedure;
begin
    -- The functions are what migration 17 generated; only the slices are more.
    foreach adding in array array['projection.add_to_rollups()', 'projection.sum_up_facts()']::regprocedure[] loop
        changed := replace(replace(pg_get_functiondef(adding), slices, all_slices), sets, all_sets);
        if position('all_geography' in changed) = 0 or position(all_sets in changed) = 0 then
            raise exception '% does not sum up days as expected', adding;
        end if;
        execute changed;
    end loop;

    select string_agg(quote_ident(a.attname), ', ' order by a.attnum), string_agg(format('sum(r.%I)', a.attname), ', ' order by a.attnum)
    into measures, sums
    from pg_attribute a
    where a.attrelid = 'projection.rollup_day'::regclass and a.attnum > 0 and not a.attisdropped and a.atttypid in ('bigint'::regtype, 'numeric'::regtype)
      and a.attname <> 'change_seq';
    execute format($sql$
        insert into projection.rollup_day (tenant_id, slice, day, country, region, city, device_type, operating_system, browser, %1$s)
        select r.tenant_id, case r.slice when 'campaign' then 'all' else 'all_' || r.slice end, r.day, r.country, r.region, r.city, r.device_type, r.operating_system,
               r.browser, %2$s
        from projection.rollup_day r
        where r.slice in ('campaign', 'geography', 'device')
        group by 1, 2, 3, 4, 5, 6, 7, 8, 9$sql$, measures, sums);
end
$$;
