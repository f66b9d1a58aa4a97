-- Rules, what their evaluations saw, a list of incidents (their history is in the event store of this schema), and what is to be delivered.

create table alerting.rule (
    tenant_id       text        not null,
    rule_id         text        collate "C" not null,
    -- What is measured, and how often: another one starts a new series of evaluations.
    series_id       uuid        not null,
    version         bigint      not null,
    definition      jsonb       not null,
    evaluated_until timestamptz not null,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    updated_by      text        not null,
    primary key (tenant_id, rule_id)
);

-- Each interval of a series once, whoever evaluates it: the key decides between instances.
create table alerting.evaluation (
    series_id      uuid        not null,
    interval_start timestamptz not null,
    interval_end   timestamptz not null,
    tenant_id      text        not null,
    rule_id        text        not null,
    rule_version   bigint      not null,
    value          numeric,
    scans          bigint,
    as_of          timestamptz not null,
    outcome        text        not null,
    evaluated_at   timestamptz not null default now(),
    primary key (series_id, interval_start)
);

create table alerting.incident (
    incident_id uuid        primary key,
    tenant_id   text        not null,
    rule_id     text        not null,
    campaigns   text[],
    state       text        not null check (state in ('open', 'acknowledged', 'resolved')),
    severity    text        not null,
    summary     jsonb       not null,
    opened_at   timestamptz not null default now(),
    changed_at  timestamptz not null default now()
);

create unique index incident_open on alerting.incident (tenant_id, rule_id) where state <> 'resolved';
create index incident_newest on alerting.incident (tenant_id, opened_at desc, incident_id);

create table alerting.delivery (
    delivery_id     uuid        primary key,
    tenant_id       text        not null,
    incident_id     uuid        not null,
    reason          text        not null, -- opened, resolved
    kind            text        not null check (kind in ('email', 'webhook')),
    target          text        not null,
    sealed_secret   bytea,
    content         jsonb       not null,
    state           text        not null default 'pending' check (state in ('pending', 'delivered', 'failed', 'not_configured')),
    attempts        integer     not null default 0,
    next_attempt_at timestamptz not null default now(),
    last_error      text,
    created_at      timestamptz not null default now(),
    ended_at        timestamptz
);

create index delivery_due on alerting.delivery (next_attempt_at) where state = 'pending';
create index delivery_incident on alerting.delivery (incident_id);
