delete from ingestion.quarantine q
using unnest($1::uuid[], $2::text[], $3::integer[]) as gone (batch_id, stage, position)
where q.batch_id = gone.batch_id and q.stage = gone.stage and q.position = gone.position
