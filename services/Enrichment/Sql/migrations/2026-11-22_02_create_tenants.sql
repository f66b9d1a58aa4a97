-- What enrichment must know of a tenant to process its events.
create table events.tenants (
    tenant_id          text primary key check (tenant_id ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    -- ISO 4217: money is converted into it and rounded to its minor unit.
    reporting_currency text not null check (reporting_currency ~ '^[A-Z]{3}$'),
    -- Whether analytics is allowed where an event says nothing about consent.
    consent_default    boolean not null,
    -- IANA name: the tenant's days.
    time_zone          text not null
);

insert into events.tenants (tenant_id, reporting_currency, consent_default, time_zone) values
    ('demo', 'USD', true, 'America/Los_Angeles'),
    ('acme', 'USD', true, 'UTC');
