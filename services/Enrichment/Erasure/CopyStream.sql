insert into events.mt_streams (tenant_id, id, type, version, timestamp, created, is_archived)
select tenant_id, ?, type, version, timestamp, created, is_archived from events.mt_streams where tenant_id = ? and id = ?
