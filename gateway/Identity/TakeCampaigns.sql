delete from identity.user_campaigns g where g.user_name = $1 and g.campaign_id <> all ($2)
