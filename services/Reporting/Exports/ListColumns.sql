-- What can be exported: the columns of every view of schema bi, in their order.
select c.table_name::text, c.column_name::text,
       case when c.data_type = 'USER-DEFINED' then 'text' else c.data_type::text end
from information_schema.columns c
join information_schema.views v on v.table_schema = c.table_schema and v.table_name = c.table_name
where c.table_schema = 'bi'
order by c.table_name, c.ordinal_position
