select tenant_id, reporting_currency, consent_default, time_zone from events.tenants
