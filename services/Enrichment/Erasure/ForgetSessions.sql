delete from events.session_streams where tenant_id = ? and stream_id = any (?)
