insert into ingestion.erasures as e (mark_id, copies) values ($1, $2)
on conflict (mark_id) do update set copies = e.copies + excluded.copies
returning copies
