-- The instant that is as far by the clock into the days from $4 on as the instant $1 is into the days from $3 on.
select (($1::timestamptz at time zone $2) - ($3::date - $4::date) * interval '24 hours') at time zone $2
