-- The tenant's users, and how many others are administrators of all of it that may sign in.
select count(*)::integer,
       count(*) filter (where u.user_name <> $2 and u.role = 'administrator' and u.campaign_scope = 'all' and (not u.is_demo or $3))::integer
from identity.users u
where u.tenant_id = $1
