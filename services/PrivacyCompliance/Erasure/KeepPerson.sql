update privacy.erasure_cases set sealed_person = $2 where case_id = $1 and sealed_person is not null
