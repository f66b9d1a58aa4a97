-- What visitors' journeys are counted from, beside their scans: the events that may be steps, with the number of the change that wrote them last. One that
-- counts no longer, or whose visitor was erased, must be told of, too. Pages do nothing for it.

set local check_function_bodies = off;

create view bi_query.visitor_step as
select f.tenant_id, f.seq_id, f.change_seq, f.occurred_at, case when f.is_counted then f.visitor end as visitor, f.kind, f.campaign_id
from projection.event_fact f
where f.kind in ('LANDING_VIEW', 'ENGAGEMENT', 'LEAD', 'CUSTOMER');

-- The last change that took facts of a tenant away, which only the correction of a rebuild does: who keeps facts in memory cannot tell which are gone.
create table projection.fact_removal (
    tenant_id  text   primary key,
    change_seq bigint not null default projection.current_change()
);

create function projection.note_removal() returns trigger
    language plpgsql
as
$$
begin
    insert into projection.fact_removal as r (tenant_id)
    select distinct g.tenant_id from gone g
    on conflict (tenant_id) do update set change_seq = default;
    return null;
end
$$;

create trigger note_removal after delete on projection.event_fact referencing old table as gone
    for each statement execute function projection.note_removal();

grant select on projection.fact_removal to bi_owner;
alter table projection.fact_removal enable row level security;
alter table projection.fact_removal force row level security;
create policy readers on projection.fact_removal for select to bi_owner using (tenant_id = (select projection.visible_tenant()));

-- What has changed, whatever it is: the greatest number is the read models' moment.
create view bi_query.fact_change as
select f.tenant_id, f.change_seq from projection.event_fact f;

create view bi_query.fact_removal as
select r.tenant_id, r.change_seq from projection.fact_removal r;

grant create on schema bi_query to bi_owner;
alter view bi_query.visitor_step owner to bi_owner;
alter view bi_query.fact_change owner to bi_owner;
alter view bi_query.fact_removal owner to bi_owner;
grant select on bi_query.visitor_step, bi_query.fact_change, bi_query.fact_removal to bi_service;
revoke create on schema bi_query from bi_owner;
