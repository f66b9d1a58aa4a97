insert into identity.users (user_name, tenant_id, role, campaign_scope, password_hash, is_demo, version, changed_by)
values ($1, $2, $3, $4, $5, $6, 1 + coalesce((select max(c.version) from identity.user_change c where c.user_name = $1), 0), $7)
on conflict (user_name) do nothing
