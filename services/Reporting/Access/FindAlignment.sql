-- From when on a quarter of an hour never lies across a change of the zone's clock, nor across the start of an hour. Whole days in UTC at whose
-- ends the clock differs hold the changes. Past 2037 the rules repeat.
with days as (
    select d, (d at time zone $1) - (d at time zone 'UTC') as difference
    from generate_series(timestamptz '1969-12-31 00:00:00+00', timestamptz '2040-01-02 00:00:00+00', interval '24 hours') d
), changes as (
    select d, difference, lead(difference) over (order by d) as next from days
), quarters as (
    select q, (q at time zone $1) - (q at time zone 'UTC') as first, (e at time zone $1) - (e at time zone 'UTC') as last
    from changes c
    cross join lateral generate_series(c.d, c.d + interval '1425 minutes', interval '15 minutes') q
    cross join lateral (select q + interval '15 minutes' - interval '1 microsecond' as e) x
    where c.difference <> c.next
)
select greatest(
    timestamptz '1900-01-01 00:00:00+00',
    (select max(d) + interval '24 hours' from days where extract(epoch from difference)::integer % 900 <> 0),
    (select max(q) + interval '24 hours' from quarters where first <> last))
