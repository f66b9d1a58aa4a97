insert into events.erased_subjects (subject_id, erased_at) select unnest($1), $2 on conflict do nothing
