select case_id from privacy.erasure_cases where tenant_id = $1 and person_hash = $2
