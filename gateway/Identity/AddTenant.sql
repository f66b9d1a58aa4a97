insert into identity.tenants (tenant_id, name, time_zone, reporting_currency)
values ($1, $2, $3, $4)
on conflict (tenant_id) do nothing
