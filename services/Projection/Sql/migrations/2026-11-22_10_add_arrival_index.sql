-- The newest scans of a tenant by arrival, for the live stream.
create index event_fact_arrival on projection.event_fact (tenant_id, seq_id) where is_scan;
