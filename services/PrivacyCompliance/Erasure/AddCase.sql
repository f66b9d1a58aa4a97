insert into privacy.erasure_cases (case_id, tenant_id, status, requested_at, person_hash, sealed_person) values (?, ?, ?, ?, ?, ?)
