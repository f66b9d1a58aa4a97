-- The batches whose message's last event lies in a part of the log: with the page that covers it, all their events are visible.
select last_seq_id, received_at, stored + bot + consent_denied as events, trace_parent
from events.processed_batches
where last_seq_id between $1 and $2
order by last_seq_id
