select case_id from privacy.erasure_cases
where tenant_id = $1 and ($2::text is null or status = $2)
order by requested_at desc, case_id
limit $3
