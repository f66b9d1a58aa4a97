insert into events.erasures as e (mark_id, counts)
values (?, jsonb_build_object('events', ?::bigint, 'session_events', ?::bigint, 'quarantine_copies', ?::bigint))
on conflict (mark_id) do update set counts = (
    select jsonb_object_agg(key, value::bigint + (excluded.counts->>key)::bigint) from jsonb_each_text(e.counts))
