-- Views of schema bi and their columns ('' for the view), with their comments.
select c.relname::text, coalesce(a.attname::text, ''), d.description
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'bi'
cross join lateral (
    select 0::smallint as number, null::name as attname
    union all
    select t.attnum, t.attname from pg_attribute t where t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped) a
left join pg_description d on d.objoid = c.oid and d.classoid = 'pg_class'::regclass and d.objsubid = a.number
where c.relkind = 'v'
order by c.relname, a.number
