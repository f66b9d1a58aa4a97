with asked as (
    select tenant_id, event_id, content_hash, position
    from unnest(@tenants, @event_ids, @hashes) with ordinality as asked (tenant_id, event_id, content_hash, position)
), added as (
    insert into events.event_ids (tenant_id, event_id, id, content_hash)
    select tenant_id, event_id, null, content_hash from asked order by tenant_id, event_id collate "C"
    on conflict do nothing
    returning tenant_id, event_id
)
select asked.position::int - 1 as position
from asked
join added on added.tenant_id = asked.tenant_id and added.event_id = asked.event_id
