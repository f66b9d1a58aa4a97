-- A tenant states in which month its fiscal year begins, beside its time zone and currency. A fiscal year is named by the year in which it ends. In
-- a calendar that is ahead by the months from there to the next January, fiscal years and quarters are the calendar's own.
alter table projection.tenant add column fiscal_year_starts_in integer not null default 1 check (fiscal_year_starts_in between 1 and 12);

grant create on schema bi to bi_owner;
grant create on schema bi_query to bi_owner;

create or replace view bi_query.tenant as
select t.tenant_id, t.name, t.time_zone, t.reporting_currency, t.fiscal_year_starts_in, (13 - t.fiscal_year_starts_in) % 12 as fiscal_months_ahead
from projection.tenant t;

create or replace view bi.dim_date as
select c.date_key, c.year, c.quarter, c.month, c.day, c.iso_year, c.iso_week, c.day_of_week, c.month_label, c.week_label, c.quarter_label, c.is_weekend,
       c.date_key::timestamp at time zone t.time_zone as starts_at, (c.date_key + 1)::timestamp at time zone t.time_zone as ends_at,
       (extract(epoch from (c.date_key + 1)::timestamp at time zone t.time_zone - c.date_key::timestamp at time zone t.time_zone) / 3600)::numeric(4, 2) as hours,
       t.time_zone, extract(year from f.month)::integer as fiscal_year, extract(quarter from f.month)::integer as fiscal_quarter,
       to_char(f.month, '"FY"YYYY') as fiscal_year_label, to_char(f.month, '"FY"YYYY"-Q"Q') as fiscal_quarter_label
from projection.calendar c
cross join projection.tenant t
cross join lateral (select date_trunc('month', c.date_key::timestamp) + make_interval(months => (13 - t.fiscal_year_starts_in) % 12) as month) f;

revoke create on schema bi from bi_owner;
revoke create on schema bi_query from bi_owner;
