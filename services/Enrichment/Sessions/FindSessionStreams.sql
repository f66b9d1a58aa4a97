select asked.position::int - 1 as position, found.stream_id
from unnest(@tenants, @lookups) with ordinality as asked (tenant_id, session_lookup, position)
join events.session_streams found on found.tenant_id = asked.tenant_id and found.session_lookup = asked.session_lookup
