update ingestion.quarantine set sealed_event = $4 where batch_id = $1 and stage = $2 and position = $3
