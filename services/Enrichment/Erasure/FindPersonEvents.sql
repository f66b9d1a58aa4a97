-- One pass over the tenant's log: no index leads to a visitor, because every event of everybody would pay for it.
select seq_id, stream_id, data->>'EventId', data->'Personal'->>'Box'
from events.mt_events
where tenant_id = $1 and (data->>'Visitor' = $2 or data->'Personal'->>'KeyId' = $3)
order by seq_id
