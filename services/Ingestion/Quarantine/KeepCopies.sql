-- Arrays can't hold arrays of different lengths: reasons come one per line.
insert into ingestion.quarantine
    (stage, batch_id, position, tenant_id, source, event_id, reasons, received_at, transit_key_id, sealed_event, is_cut)
select $1, batch_id, position, tenant_id, source, event_id, string_to_array(reasons, E'\n'), received_at, transit_key_id, sealed_event, is_cut
from unnest($2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::text[], $10::bytea[], $11::boolean[])
    as copy (batch_id, position, tenant_id, source, event_id, reasons, received_at, transit_key_id, sealed_event, is_cut)
on conflict (batch_id, stage, position) do nothing;
