-- Names that are or once were somebody's: a removed demo user does not come back.
select user_name from identity.users
union
select user_name from identity.user_change
