insert into events.processed_batches (batch_id, tenant_id, source, received_at, received, rejected, stored, duplicate, bot, consent_denied,
                                      suppressed, quarantined, quarantine, processed_at)
select batch.*, @now
from unnest(@batch_ids, @tenants, @sources, @received_ats, @received, @rejected, @stored, @duplicate, @bot, @consent_denied,
            @suppressed, @quarantined, @quarantines) as batch
order by 1
on conflict (batch_id) do nothing
