delete from identity.users u where u.user_name = $1 and u.tenant_id = $2
