select u.user_name, u.role, u.version, u.created_at, u.changed_at, u.changed_by, u.is_demo,
       case when u.campaign_scope = 'granted' then array(select g.campaign_id from identity.user_campaigns g where g.user_name = u.user_name order by 1) end
from identity.users u
where u.tenant_id = $1 and ($2::text is null or u.user_name = $2)
order by u.user_name collate "C"
