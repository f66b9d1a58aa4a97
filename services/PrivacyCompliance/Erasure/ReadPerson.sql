select sealed_person from privacy.erasure_cases where case_id = $1 and sealed_person is not null
