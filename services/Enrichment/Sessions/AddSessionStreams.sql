-- Ordered, so that concurrent messages with the same sessions wait for each other instead of deadlocking.
insert into events.session_streams (tenant_id, session_lookup, stream_id)
select tenant_id, session_lookup, stream_id
from unnest(@tenants, @lookups, @streams) as unknown (tenant_id, session_lookup, stream_id)
order by tenant_id, session_lookup
on conflict do nothing
