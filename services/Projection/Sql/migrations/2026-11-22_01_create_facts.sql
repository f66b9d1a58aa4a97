-- What the event store says, one row per event, in the shape that every number is read from. Rows are derived: the whole schema can be
-- thrown away and rebuilt from the log. Ids are compared byte by byte ("C"), so that the smallest (timestamp, eventId) is the same everywhere.

create table projection.tenant (
    tenant_id          text primary key,
    name               text not null,
    time_zone          text not null,
    reporting_currency text not null
);

create table projection.event_fact (
    tenant_id             text        not null,
    seq_id                bigint      not null,
    event_id              text        collate "C" not null,
    stream_id             text        collate "C" not null,
    session_key           text        collate "C",
    kind                  text        not null,
    is_scan               boolean     not null, -- a SCAN or RESCAN that is neither a bot's nor a test: what the catalogue calls a scan
    is_bot_scan           boolean     not null,
    is_test_scan          boolean     not null,
    is_test               boolean     not null,
    is_counted            boolean     not null, -- its conversions, revenue and engagement count: not a test, not in a bot's session
    is_attribution        boolean     not null default false,
    is_new_customer       boolean     not null default false,
    occurred_at           timestamptz not null,
    received_at           timestamptz not null,
    visitor               uuid,
    -- The context: an event's own for scans; that of the session's attribution scan, all taken together, for the others (context_of).
    context_of            bigint,
    qr_code_id            text        not null,
    campaign_id           text,
    variant               text,
    channel_type          text,
    content_category      text,
    conversion_goal       text,
    country               text,
    region                text,
    city                  text,
    latitude              numeric(5, 2),
    longitude             numeric(5, 2),
    location_accuracy     text,
    device_type           text,
    operating_system      text,
    browser               text,
    screen_resolution     text,
    graded_lead_score     numeric, -- the score that grades lead quality: the scan's own, the attribution scan's for other events
    -- Measures, always the event's own.
    lead_score            numeric,
    engagement_seconds    numeric,
    page_views            integer,
    conversions           text[],
    conversion_count      integer     not null default 0,
    revenue               numeric,
    currency              text,
    geography_key         bigint generated always as (hashtextextended(
        coalesce(country, chr(1)) || chr(31) || coalesce(region, chr(1)) || chr(31) || coalesce(city, chr(1)), 0)) stored,
    device_key            bigint generated always as (hashtextextended(
        coalesce(device_type, chr(1)) || chr(31) || coalesce(operating_system, chr(1)) || chr(31) || coalesce(browser, chr(1)), 0)) stored,
    primary key (seq_id)
);

create index event_fact_session on projection.event_fact (tenant_id, stream_id, occurred_at, event_id);
create index event_fact_time on projection.event_fact (tenant_id, occurred_at, event_id);
create index event_fact_visitor on projection.event_fact (tenant_id, visitor) where visitor is not null;
create index event_fact_customer on projection.event_fact (tenant_id, stream_id, visitor) where kind = 'CUSTOMER';
create index event_fact_customer_visitor on projection.event_fact (tenant_id, visitor) where kind = 'CUSTOMER';

create table projection.session (
    tenant_id            text        not null,
    session_key          text        collate "C" not null,
    stream_id            text        collate "C" not null,
    started_at           timestamptz not null,
    last_at              timestamptz not null,
    scans                integer     not null,
    bot_scans            integer     not null,
    -- The scan with the smallest (timestamp, eventId), in whatever order events arrived.
    attribution_at       timestamptz,
    attribution_event_id text        collate "C",
    attribution_seq      bigint,
    conversions          integer     not null,
    first_conversion_at  timestamptz,
    engagements          integer     not null,
    engagement_seconds   numeric     not null,
    revenue              numeric     not null,
    is_bot               boolean     not null generated always as (bot_scans > 0 and scans = 0) stored,
    -- What the session's facts were last stamped with; differs from the above only inside a projection step.
    stamped_seq          bigint,
    stamped_bot          boolean     not null default false,
    primary key (tenant_id, session_key)
);

create index session_stream on projection.session (tenant_id, stream_id, started_at);

create table projection.campaign (
    tenant_id        text not null,
    campaign_id      text not null,
    campaign_name    text,
    channel_type     text,
    content_category text,
    conversion_goal  text,
    described_at     timestamptz not null, -- the latest event that describes it decides
    described_by     text collate "C" not null,
    first_seen_at    timestamptz not null,
    primary key (tenant_id, campaign_id)
);

create table projection.qr_code (
    tenant_id     text        not null,
    qr_code_id    text        not null,
    first_seen_at timestamptz not null,
    primary key (tenant_id, qr_code_id)
);

create table projection.geography (
    tenant_id     text   not null,
    geography_key bigint not null,
    country       text,
    region        text,
    city          text,
    primary key (tenant_id, geography_key)
);

create table projection.device (
    tenant_id        text   not null,
    device_key       bigint not null,
    device_type      text,
    operating_system text,
    browser          text,
    primary key (tenant_id, device_key)
);

create table projection.visitor (
    tenant_id     text        not null,
    visitor       uuid        not null,
    first_seen_at timestamptz not null,
    last_seen_at  timestamptz not null,
    first_scan_at timestamptz,
    primary key (tenant_id, visitor)
);

create table projection.unconsented (
    tenant_id  text        not null,
    qr_code_id text        not null,
    hour       timestamptz not null,
    events     integer     not null,
    scans      integer     not null,
    primary key (tenant_id, qr_code_id, hour)
);

-- A calendar for star joins; weeks and years are ISO 8601.
create table projection.calendar (
    date_key     date primary key,
    year         integer not null,
    quarter      integer not null,
    month        integer not null,
    day          integer not null,
    iso_year     integer not null,
    iso_week     integer not null,
    day_of_week  integer not null,
    month_label  text not null,
    week_label   text not null,
    quarter_label text not null,
    is_weekend   boolean not null
);

insert into projection.calendar
select d::date, extract(year from d), extract(quarter from d), extract(month from d), extract(day from d), extract(isoyear from d),
       extract(week from d), extract(isodow from d), to_char(d, 'YYYY-MM'), to_char(d, 'IYYY"-W"IW'), to_char(d, 'YYYY"-Q"Q'),
       extract(isodow from d) > 5
from generate_series(date '2010-01-01', date '2049-12-31', interval '1 day') as d;
