-- In a snapshot of its own: what another writer committed while the append waited for it is visible here.
select k.ordinal::int - 1, e.content_hash
from unnest($1::text[], $2::text[]) with ordinality as k (tenant_id, event_id, ordinal)
join events.event_ids e on e.tenant_id = k.tenant_id and e.event_id = k.event_id
