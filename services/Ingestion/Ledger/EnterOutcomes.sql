-- An outcome is fixed when a batch is first processed: a second telling changes nothing.
insert into ingestion.receipts as receipt
    (batch_id, tenant_id, source, received_at, received, rejected,
     stored, duplicate, bot, consent_denied, suppressed, quarantined, processed_at)
select batch_id, tenant_id, source, received_at, received, rejected,
       stored, duplicate, bot, consent_denied, suppressed, quarantined, now()
from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::integer[], $6::integer[],
            $7::integer[], $8::integer[], $9::integer[], $10::integer[], $11::integer[], $12::integer[])
    as outcome (batch_id, tenant_id, source, received_at, received, rejected, stored, duplicate, bot, consent_denied, suppressed, quarantined)
order by batch_id
on conflict (batch_id) do update set
    stored = excluded.stored,
    duplicate = excluded.duplicate,
    bot = excluded.bot,
    consent_denied = excluded.consent_denied,
    suppressed = excluded.suppressed,
    quarantined = excluded.quarantined,
    processed_at = excluded.processed_at
where receipt.processed_at is null;
