insert into events.processed_batches (batch_id, tenant_id, source, received_at, received, rejected, stored, duplicate, bot, consent_denied,
                                      suppressed, quarantined, quarantine, trace_parent, last_seq_id, processed_at)
select batch.*, @now
from unnest(@batch_ids, @tenants, @sources, @received_ats, @received, @rejected, @stored, @duplicate, @bot, @consent_denied,
            @suppressed, @quarantined, @quarantines, @trace_parents, @last_seq_ids) as batch
order by 1
on conflict (batch_id) do nothing
