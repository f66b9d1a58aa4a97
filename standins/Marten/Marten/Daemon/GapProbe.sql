-- Counts who may still fill a gap that was sighted at $1, when transaction ids below $2 were in use.
-- $3: a time at which none of the missing numbers had been drawn. $4: the store's schema. $5: ids of the daemons' own locks.
with cannot_be as (
    -- Idle inside a transaction since before the numbers were drawn: it has not drawn them.
    select a.pid, a.backend_xid
    from pg_stat_activity a
    where a.state in ('idle in transaction', 'idle in transaction (aborted)') and a.state_change < $3
    union
    -- A daemon's session that only holds its leadership lock, and has written nothing.
    select a.pid, a.backend_xid
    from pg_locks l
    join pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'advisory' and l.granted and l.classid = 0 and l.objsubid = 1 and l.objid::bigint = any ($5)
      and l.database = (select oid from pg_database where datname = current_database()) and a.backend_xid is null
), writers as (
    -- Connected roles that may insert events, or may become one that may. A report that runs for an hour is not waited for.
    select member.oid
    from (select distinct usesysid as oid from pg_stat_activity where usesysid is not null) member
    where exists (select from pg_roles r
                  where has_table_privilege(r.oid, format('%I.mt_events', $4), 'INSERT') and pg_has_role(member.oid, r.oid, 'member'))
)
select
    -- Drawing a number locks the sequence, and inserting the table, until the transaction ends. A prepared transaction has no
    -- session and a session of another role hides when it began: both count.
    (select count(*)
     from pg_locks l
     left join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'relation' and l.granted and l.mode = 'RowExclusiveLock' and l.pid is distinct from pg_backend_pid()
       and l.database = (select oid from pg_database where datname = current_database())
       and l.relation in (select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
                          where n.nspname = $4 and c.relname like 'mt\_events%' and c.relkind in ('r', 'p', 'S'))
       and (a.xact_start is null or a.xact_start <= $1)
       and (l.pid is null or l.pid not in (select pid from cannot_be))),
    (select count(*)
     from pg_stat_activity a
     where a.datname = current_database() and a.pid <> pg_backend_pid() and a.backend_type = 'client backend'
       and a.xact_start <= $1 and a.pid not in (select pid from cannot_be) and a.usesysid in (select oid from writers)),
    (select count(*)
     from pg_snapshot_xip(pg_current_snapshot()) as running (xid)
     where running.xid::text::bigint < $2
       and mod(running.xid::text::bigint, 4294967296) not in
           (select backend_xid::text::bigint from cannot_be where backend_xid is not null))
