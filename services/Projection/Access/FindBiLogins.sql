select l.login, l.version, l.created_at, l.changed_at, l.changed_by,
       case when not l.all_campaigns then array(select c.campaign_id from projection.bi_login_campaign c where c.login = l.login order by 1) end,
       l.user_name, l.is_open
from projection.bi_login l
where l.tenant_id = $1 and ($2::text is null or l.login = $2)
order by l.login
