insert into identity.user_change (tenant_id, user_name, version, actor, action, role, campaigns)
values ($1, $2, $3, $4, $5, $6, $7)
