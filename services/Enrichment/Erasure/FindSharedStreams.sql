select distinct stream_id
from events.mt_events
where tenant_id = $1 and stream_id = any ($2) and data->>'Visitor' is not null and data->>'Visitor' <> $3
