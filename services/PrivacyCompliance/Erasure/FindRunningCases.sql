select case_id, tenant_id from privacy.erasure_cases where status in ('erasing', 'verifying') order by requested_at
