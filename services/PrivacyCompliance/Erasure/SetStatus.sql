update privacy.erasure_cases set status = ? where case_id = ?
