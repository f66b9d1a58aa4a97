select batch_id, quarantine from events.processed_batches where tenant_id = $1 and quarantine is not null
