delete from events.mt_streams where tenant_id = ? and id = ?
