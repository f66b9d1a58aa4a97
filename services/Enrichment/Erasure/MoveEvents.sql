update events.mt_events set stream_id = ? where tenant_id = ? and stream_id = ?
