-- $4: the campaigns that the caller may see, null for all; a placement belongs to its code's. $5: the campaign of codes, or the code of placements.
select i.id, i.version, i.body::text, i.created_at, i.changed_at, i.changed_by,
       case i.kind when 'c' then i.id when 'q' then i.body->>'campaignId' else q.body->>'campaignId' end as campaign_id
from events.managed_items i
left join events.managed_items q on i.kind = 'p' and q.tenant_id = i.tenant_id and q.kind = 'q' and q.id = i.body->>'qrCodeId'
where i.tenant_id = $1 and i.kind = $2::"char" and i.id > $3
  and ($4::text[] is null or case i.kind when 'c' then i.id when 'q' then i.body->>'campaignId' else q.body->>'campaignId' end = any ($4))
  and ($5::text is null or i.body->>(case i.kind when 'q' then 'campaignId' else 'qrCodeId' end) = $5)
order by i.id
limit $6
