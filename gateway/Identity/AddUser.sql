insert into identity.users (user_name, tenant_id, role, campaign_scope, password_hash, is_demo)
values ($1, $2, $3, $4, $5, $6)
on conflict (user_name) do nothing
