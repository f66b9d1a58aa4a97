update privacy.erasure_cases set status = ?, person_hash = null, sealed_person = null where case_id = ?
