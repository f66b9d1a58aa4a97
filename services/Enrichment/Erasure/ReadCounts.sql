select key, value::bigint from events.erasures cross join jsonb_each_text(counts) where mark_id = $1
