-- One change of a tenant's users at a time: two administrators may not remove each other.
select t.tenant_id from identity.tenants t where t.tenant_id = $1 for update
