select id, at, actor, action, case_id, outcome, object, details::text from privacy.audit_log
where tenant_id = $1 and ($2::bigint is null or id < $2)
order by id desc
limit $3
