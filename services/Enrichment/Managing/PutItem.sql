insert into events.managed_items as i (tenant_id, kind, id, version, body, changed_by)
values (?, ?::"char", ?, ?, ?::json, ?)
on conflict (tenant_id, kind, id) do update
set version = excluded.version, body = excluded.body, changed_at = now(), changed_by = excluded.changed_by
where i.version < excluded.version
