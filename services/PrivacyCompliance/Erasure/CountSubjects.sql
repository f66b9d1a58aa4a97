select (select count(*) from privacy.subject_keys where tenant_id = $1 and (kind = 'visitor' and lookup = $2 or kind = 'session' and lookup = any ($3)))
     + (select count(*) from unnest($4::bytea[]) as expected (hash)
        where not exists (select from privacy.suppressions s where s.tenant_id = $1 and s.hash = expected.hash))
