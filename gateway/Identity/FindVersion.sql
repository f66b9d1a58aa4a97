select u.version from identity.users u where u.user_name = $1 and (not u.is_demo or $2)
