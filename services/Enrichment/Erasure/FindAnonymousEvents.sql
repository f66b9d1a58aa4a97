select seq_id
from events.mt_events
where tenant_id = $1
  and (stream_id = any ($2) and data->>'Visitor' is null and data->'Personal' is not null or data->'Personal'->>'KeyId' = any ($3))
order by seq_id
