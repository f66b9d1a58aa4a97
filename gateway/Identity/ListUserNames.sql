select user_name from identity.users
