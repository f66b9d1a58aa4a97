delete from privacy.subject_keys
where tenant_id = $1 and kind = $2 and lookup = any ($3)
returning subject_id, pseudonym, epoch, wrapped_key
