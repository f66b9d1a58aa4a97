select u.password_hash, u.tenant_id, u.role, u.campaign_scope,
       array(select g.campaign_id from identity.user_campaigns g where g.user_name = u.user_name order by g.campaign_id) as campaigns, u.version
from identity.users u
where u.user_name = $1 and (not u.is_demo or $2)
