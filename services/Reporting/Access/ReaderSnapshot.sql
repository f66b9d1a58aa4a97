-- Where the numbers of this snapshot stand, and the instants at which the asked local days begin and end. A day begins with its earliest
-- instant: where clocks go back over midnight, the local time 00:00 comes twice, and where they go forward over it, never.
with asked as (
    select coalesce($1, t.time_zone, 'UTC') as zone, coalesce(t.time_zone, 'UTC') as tenant_zone, t.reporting_currency, coalesce(t.fiscal_months_ahead, 0) as fiscal_months_ahead
    from (select) as always
    left join bi_query.tenant t on true
), dates as (
    select a.zone, a.tenant_zone, a.reporting_currency, a.fiscal_months_ahead,
           coalesce($2, (date_trunc($5, date_trunc('month', now() at time zone a.zone) + s.ahead) - s.ahead)::date, (now() at time zone a.zone)::date - $4) as first_day,
           coalesce($3, (now() at time zone a.zone)::date) as last_day
    from asked a
    cross join lateral (select make_interval(months => case when $6 then a.fiscal_months_ahead else 0 end) as ahead) s
)
select d.zone, d.reporting_currency, d.first_day, d.last_day,
       (select min(i) from generate_series(d.first_day::timestamp at time zone d.zone - interval '3 hours',
                                           d.first_day::timestamp at time zone d.zone, interval '15 minutes') i
        where (i at time zone d.zone)::date >= d.first_day) as from_at,
       (select min(i) from generate_series((d.last_day + 1)::timestamp at time zone d.zone - interval '3 hours',
                                           (d.last_day + 1)::timestamp at time zone d.zone, interval '15 minutes') i
        where (i at time zone d.zone)::date > d.last_day) as to_at,
       w.projected, greatest(w.as_of, timestamptz '1970-01-01 00:00:00+00') as as_of, d.tenant_zone, d.fiscal_months_ahead
from dates d
cross join projection.watermark() w
