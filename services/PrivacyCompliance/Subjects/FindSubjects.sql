-- The records of the asked subjects, and whether each is suppressed; one row per question, in any order.
select asked.position::int - 1 as position,
       found.subject_id,
       found.pseudonym,
       found.epoch,
       found.wrapped_key,
       suppressed.hash is not null as is_suppressed
from unnest(@tenants, @kinds, @lookups, @suppressions) with ordinality as asked (tenant_id, kind, lookup, suppression, position)
left join privacy.subject_keys found
       on found.tenant_id = asked.tenant_id and found.kind = asked.kind and found.lookup = asked.lookup
left join privacy.suppressions suppressed
       on suppressed.tenant_id = asked.tenant_id and suppressed.hash = asked.suppression
