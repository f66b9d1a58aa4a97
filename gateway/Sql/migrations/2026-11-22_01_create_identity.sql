-- Who may ask for a token, and what it lets them see. Passwords are kept as salted PBKDF2 hashes only.
create table identity.tenants (
    tenant_id text primary key check (tenant_id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name text not null,
    time_zone text not null,
    reporting_currency text not null check (reporting_currency ~ '^[A-Z]{3}$'),
    created_at timestamptz not null default now()
);

create table identity.users (
    user_name text primary key check (length(user_name) between 1 and 200),
    tenant_id text not null references identity.tenants,
    role text not null check (role in ('administrator', 'executive', 'analyst', 'operator', 'compliance_officer')),
    campaign_scope text not null check (campaign_scope in ('all', 'granted')),
    password_hash text not null,
    -- Identities of the local default: they work only while Demo:Enabled says so.
    is_demo boolean not null,
    created_at timestamptz not null default now()
);

create index users_tenant on identity.users (tenant_id);

-- Campaigns of users whose scope is 'granted'.
create table identity.user_campaigns (
    user_name text not null references identity.users on delete cascade,
    campaign_id text not null,
    primary key (user_name, campaign_id)
);
