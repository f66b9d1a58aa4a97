update identity.users u
set role = $3, campaign_scope = $4, password_hash = coalesce($5, u.password_hash), version = u.version + 1, changed_at = now(), changed_by = $6
where u.user_name = $1 and u.tenant_id = $2
