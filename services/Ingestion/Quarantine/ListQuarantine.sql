select batch_id, stage, position, source, event_id, reasons, received_at
from ingestion.quarantine
where tenant_id = $1
order by received_at desc, batch_id, stage, position
limit $2;
