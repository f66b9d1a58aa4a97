select batch_id, stage, position, transit_key_id, sealed_event from ingestion.quarantine where tenant_id = $1
