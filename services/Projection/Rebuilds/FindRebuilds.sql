select r.id, r.status, case when r.tenant_id = $1 then r.requested_by end, r.requested_at, r.finished_at,
       case when r.status = 'completed' then 1 when r.events_total = 0 then 0 else least(1, r.events::double precision / r.events_total) end,
       r.failure,
       coalesce(array_agg(d.dataset order by d.dataset) filter (where d.dataset is not null), '{}'),
       coalesce(array_agg(d.rows order by d.dataset) filter (where d.dataset is not null), '{}'),
       coalesce(array_agg(d.missing order by d.dataset) filter (where d.dataset is not null), '{}'),
       coalesce(array_agg(d.unexpected order by d.dataset) filter (where d.dataset is not null), '{}')
from projection.rebuild r
left join projection.rebuild_result d on d.rebuild_id = r.id and d.tenant_id = $1
where $2::uuid is null or r.id = $2
group by r.id
order by r.requested_at desc, r.id
limit $3
