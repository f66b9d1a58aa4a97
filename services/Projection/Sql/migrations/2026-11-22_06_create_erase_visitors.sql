-- Erasures, as the log tells of them (VisitorErased): facts stay, the visitor goes. Called after apply_events for the same page. What the page
-- and earlier pages brought may have been read before or after the event store was masked; afterwards both look the same, and the same
-- as when all is made anew from the masked log (tests/Projection.Tests/Scans/ErasureTests.cs).

-- CUSTOMER events of one erased visitor still belong together in one respect: only the first of them was a new customer.
alter table projection.event_fact add column erased_customer uuid;

create index event_fact_erased_customer on projection.event_fact (tenant_id, erased_customer) where erased_customer is not null;

set local check_function_bodies = off;

create function projection.erase_visitors(sequences bigint[]) returns void
    language plpgsql
    set enable_seqscan = off
    set jit = off
as
$$
declare
    erased record;
begin
    for erased in
        select e.tenant_id, (e.data->>'Erasure')::uuid as erasure,
               array(select jsonb_array_elements_text(e.data->'Events')::bigint) as own,
               array(select jsonb_array_elements_text(e.data->'Events' || (e.data->'Anonymous'))::bigint) as masked
        from events.mt_events e
        where e.seq_id = any (sequences) and e.type = 'visitor_erased'
        order by e.seq_id
    loop
        perform projection.forget_visitors(erased.tenant_id, erased.own, erased.erasure);
        perform projection.forget_places(erased.tenant_id, erased.masked);
        perform projection.follow_streams(erased.tenant_id, erased.own);
        perform projection.mark_new_customers(erased.own);
    end loop;
end
$$;

-- All of a visitor's facts at once, whichever of its events are named.
create function projection.forget_visitors(tenant text, own bigint[], erasure uuid) returns void
    language plpgsql
as
$$
declare
    visitors uuid[] := array(select distinct f.visitor from projection.event_fact f where f.seq_id = any (own) and f.visitor is not null);
begin
    update projection.event_fact f set erased_customer = erasure where f.seq_id = any (own) and f.kind = 'CUSTOMER';
    update projection.event_fact f set visitor = null where f.tenant_id = tenant and f.visitor = any (visitors);
    delete from projection.visitor v where v.tenant_id = tenant and v.visitor = any (visitors);
end
$$;

-- Coordinates go, and with them those that other events of the session took from an erased attribution scan.
create function projection.forget_places(tenant text, masked bigint[]) returns void
    language sql
as
$$
update projection.event_fact f set latitude = null, longitude = null
where f.tenant_id = tenant
  and f.stream_id in (select m.stream_id from projection.event_fact m where m.seq_id = any (masked))
  and (f.seq_id = any (masked) or f.context_of = any (masked))
  and (f.latitude is not null or f.longitude is not null);
$$;

-- The stream of a visitor without source sessions had the pseudonym in its key. Its facts move to the key that the log gives it now, and its
-- sessions are cut again over all of them: they come out as they were, under other keys.
create function projection.follow_streams(tenant text, own bigint[]) returns void
    language plpgsql
as
$$
declare
    moved record;
    members bigint[];
begin
    for moved in
        select distinct f.stream_id as former, e.stream_id as present
        from projection.event_fact f
        join events.mt_events e on e.seq_id = f.seq_id
        where f.seq_id = any (own) and f.stream_id <> e.stream_id
        order by 1
    loop
        delete from projection.session s where s.tenant_id = tenant and s.stream_id in (moved.former, moved.present);
        update projection.event_fact f set stream_id = moved.present, session_key = null where f.tenant_id = tenant and f.stream_id = moved.former;
        members := array(select f.seq_id from projection.event_fact f where f.tenant_id = tenant and f.stream_id = moved.present);
        perform projection.cut_sessions(members);
        perform projection.stamp_facts(members);
    end loop;
end
$$;

create or replace function projection.mark_new_customers(sequences bigint[]) returns void
    language sql
as
$$
with customers as materialized (
    select distinct c.tenant_id, c.visitor, case when c.visitor is null then c.erased_customer end as erased_customer,
           case when c.visitor is null and c.erased_customer is null then c.seq_id end as seq_id
    from projection.event_fact n
    join projection.event_fact c on c.tenant_id = n.tenant_id and c.stream_id = n.stream_id and c.kind = 'CUSTOMER'
    where n.seq_id = any (sequences)
), ranked as (
    select f.seq_id, f.is_counted and row_number() over (
        partition by f.tenant_id, f.visitor order by not f.is_counted, f.occurred_at, f.event_id) = 1 as is_new
    from customers c
    join projection.event_fact f on f.tenant_id = c.tenant_id and f.visitor = c.visitor and f.kind = 'CUSTOMER'
    union all
    select f.seq_id, f.is_counted and row_number() over (
        partition by f.tenant_id, f.erased_customer order by not f.is_counted, f.occurred_at, f.event_id) = 1
    from customers c
    join projection.event_fact f on f.tenant_id = c.tenant_id and f.erased_customer = c.erased_customer and f.visitor is null
    union all
    select f.seq_id, f.is_counted from customers c join projection.event_fact f on f.seq_id = c.seq_id
)
update projection.event_fact f set is_new_customer = r.is_new
from ranked r where f.seq_id = r.seq_id and f.is_new_customer <> r.is_new;
$$;
