-- Erasures, as the log tells of them (VisitorErased): facts stay, the visitor goes. Done after the page's facts are written. What the page and
-- earlier pages brought may have been read before or after the event store was masked; afterwards both look the same, and the same as when
-- all is made anew from the masked log (tests/Projection.Tests/Scans/ErasureTests.cs).

set local check_function_bodies = off;

create function projection.erase_visitors(sequences bigint[]) returns void
    language plpgsql
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
        insert into page_new select p.seq_id, p.occurred_at from page_fact p;
        delete from page_fact;
        perform projection.forget_visitors(erased.tenant_id, erased.own, erased.erasure);
        perform projection.forget_places(erased.tenant_id, erased.masked);
        perform projection.follow_streams(erased.tenant_id, erased.own);
        perform projection.mark_new_customers(array(
            select distinct (f.tenant_id, f.stream_id)::projection.stream from event_fact f where f.seq_id = any (erased.own)));
    end loop;
end
$$;

-- All of a visitor's facts at once, whichever of its events are named.
create function projection.forget_visitors(tenant text, own bigint[], erasure uuid) returns void
    language plpgsql
as
$$
declare
    visitors uuid[] := array(select distinct f.visitor from event_fact f where f.seq_id = any (own) and f.visitor is not null);
begin
    update event_fact f set erased_customer = erasure, change_seq = default where f.seq_id = any (own) and f.kind = 'CUSTOMER';
    update event_fact f set visitor = null, change_seq = default where f.tenant_id = tenant and f.visitor = any (visitors);
    delete from visitor v where v.tenant_id = tenant and v.visitor = any (visitors);
end
$$;

-- Coordinates go, and with them those that other events of the session took from an erased attribution scan.
create function projection.forget_places(tenant text, masked bigint[]) returns void
    language plpgsql
as
$$
begin
    update event_fact f set latitude = null, longitude = null, change_seq = default
    where f.tenant_id = tenant
      and f.stream_id in (select m.stream_id from event_fact m where m.seq_id = any (masked))
      and (f.seq_id = any (masked) or f.context_of = any (masked))
      and (f.latitude is not null or f.longitude is not null);
end
$$;

-- The stream of a visitor without source sessions had the pseudonym in its key. Its facts move to the key that the log gives it now, and its
-- sessions are cut again over all of them: they come out as they were, under other keys.
create function projection.follow_streams(tenant text, own bigint[]) returns void
    language plpgsql
as
$$
declare
    moved record;
begin
    for moved in
        select distinct f.stream_id as former, e.stream_id as present
        from event_fact f
        join events.mt_events e on e.seq_id = f.seq_id
        where f.seq_id = any (own) and f.stream_id <> e.stream_id
        order by 1
    loop
        delete from session s where s.tenant_id = tenant and s.stream_id in (moved.former, moved.present);
        update event_fact f set stream_id = moved.present, session_key = null, change_seq = default
        where f.tenant_id = tenant and f.stream_id = moved.former;
        delete from page_cut;
        delete from page_cut_event;
        delete from page_session;
        insert into page_cut values (tenant, moved.present, '-infinity');
        perform projection.cut_streams();
        perform projection.extend_sessions(false);
        perform projection.stamp_sessions();
    end loop;
end
$$;
