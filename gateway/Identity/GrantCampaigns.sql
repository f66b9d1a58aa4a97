insert into identity.user_campaigns (user_name, campaign_id)
select $1, campaign_id from unnest($2::text[]) as granted (campaign_id)
on conflict do nothing
