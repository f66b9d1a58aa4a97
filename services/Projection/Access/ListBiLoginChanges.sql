select c.id, c.at, c.login, c.actor, c.action, c.campaigns, c.user_name
from projection.bi_login_change c
where c.tenant_id = $1
order by c.id desc
limit $2
