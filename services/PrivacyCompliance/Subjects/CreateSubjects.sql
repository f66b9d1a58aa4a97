-- Creates what is missing; whoever comes second keeps the first one's record. Ordered, so that concurrent calls wait for each other
-- instead of deadlocking. The share lock keeps the epoch from being retired until the records are committed; in a retired epoch
-- nothing is created.
with current_epoch as (
    select epoch from privacy.key_epochs where epoch = @epoch and retired_at is null for share
)
insert into privacy.subject_keys (subject_id, tenant_id, kind, lookup, epoch, wrapped_key, pseudonym, created_at)
select missing.subject_id, missing.tenant_id, missing.kind, missing.lookup, current_epoch.epoch, missing.wrapped_key, missing.pseudonym, @now
from unnest(@ids, @tenants, @kinds, @lookups, @suppressions, @wrapped_keys, @pseudonyms)
         as missing (subject_id, tenant_id, kind, lookup, suppression, wrapped_key, pseudonym)
cross join current_epoch
-- Erased between the question and now.
where not exists (select from privacy.suppressions s where s.tenant_id = missing.tenant_id and s.hash = missing.suppression)
order by missing.tenant_id, missing.kind, missing.lookup
on conflict on constraint subject_keys_lookup do nothing
