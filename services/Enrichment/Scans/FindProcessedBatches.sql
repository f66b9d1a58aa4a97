select batch_id, tenant_id, source, received_at, received, rejected, stored, duplicate, bot, consent_denied, suppressed, quarantined, quarantine
from events.processed_batches
where batch_id = any (@batch_ids)
