-- Rejected events and duplicates within a request are final at the door; the other outcomes are 0 until the batch is processed.
select date_trunc('hour', received_at, 'UTC') as hour,
       sum(received) as received,
       coalesce(sum(stored), 0) as stored,
       sum(coalesce(duplicate, duplicates_at_door)) as duplicate,
       coalesce(sum(bot), 0) as bot,
       coalesce(sum(consent_denied), 0) as consent_denied,
       coalesce(sum(suppressed), 0) as suppressed,
       coalesce(sum(quarantined), 0) as quarantined,
       sum(rejected) as rejected
from ingestion.receipts
where tenant_id = $1 and received_at >= $2 and received_at < $3
group by 1
order by 1;
