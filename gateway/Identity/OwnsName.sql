select exists (select from identity.user_change c where c.tenant_id = $1 and c.user_name = $2)
