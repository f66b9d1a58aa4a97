-- The outcome may have come first, and brought the receipt with it. Sorted, so that two writers can't wait for each other.
insert into ingestion.receipts (batch_id, tenant_id, source, received_at, received, duplicates_at_door, rejected)
select batch_id, tenant_id, source, received_at, received, duplicates_at_door, rejected
from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::integer[], $6::integer[], $7::integer[])
    as receipt (batch_id, tenant_id, source, received_at, received, duplicates_at_door, rejected)
order by batch_id
on conflict (batch_id) do nothing;
