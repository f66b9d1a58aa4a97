-- From which freshness is told: where in the log the last event lies that came with the batch's message (null where none of the batch's
-- was stored), and the request's trace as a W3C traceparent (null where it was not recorded). Beside the batch and not in every event:
-- a request then costs some bytes once, and nothing is read from the log to follow it.
alter table events.processed_batches add column last_seq_id bigint, add column trace_parent text;

create index processed_batches_position on events.processed_batches (last_seq_id) where last_seq_id is not null;
