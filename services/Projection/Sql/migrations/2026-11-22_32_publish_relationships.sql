-- Views have no keys that a tool could find in the catalogue. This view tells them: what identifies a row, and what joins to what.
grant create on schema bi to bi_owner;

create view bi.relationship as
select r.view_name, r.column_names, r.joins_view, r.joins_columns, r.joins_view is null as is_key
from (values
    ('dim_campaign', 'campaign_id', null, null),
    ('dim_campaign_version', 'campaign_id, version', null, null),
    ('dim_date', 'date_key', null, null),
    ('dim_device', 'device_key', null, null),
    ('dim_geography', 'geography_key', null, null),
    ('dim_placement', 'placement_id', null, null),
    ('dim_qr_code', 'qr_code_id', null, null),
    ('dim_visitor', 'visitor_id', null, null),
    ('fact_scan', 'event_id', null, null),
    ('fact_conversion', 'event_id, ordinal', null, null),
    ('fact_revenue', 'event_id', null, null),
    ('fact_campaign_cost', 'campaign_id, cost_id, date_key', null, null),
    ('qr_scan_events', 'event_id', null, null),
    ('qr_analytics_tableau', 'event_id', null, null),
    ('campaign_daily_summary', 'campaign_id, summary_date', null, null),
    ('campaign_weekly_summary', 'campaign_id, period_start', null, null),
    ('campaign_monthly_summary', 'campaign_id, period_start', null, null),
    ('campaign_quarterly_summary', 'campaign_id, period_start', null, null),
    ('fact_scan', 'date_key', 'dim_date', 'date_key'),
    ('fact_scan', 'campaign_id', 'dim_campaign', 'campaign_id'),
    ('fact_scan', 'qr_code_id', 'dim_qr_code', 'qr_code_id'),
    ('fact_scan', 'geography_key', 'dim_geography', 'geography_key'),
    ('fact_scan', 'device_key', 'dim_device', 'device_key'),
    ('fact_scan', 'visitor_id', 'dim_visitor', 'visitor_id'),
    ('fact_conversion', 'date_key', 'dim_date', 'date_key'),
    ('fact_conversion', 'campaign_id', 'dim_campaign', 'campaign_id'),
    ('fact_conversion', 'qr_code_id', 'dim_qr_code', 'qr_code_id'),
    ('fact_conversion', 'geography_key', 'dim_geography', 'geography_key'),
    ('fact_conversion', 'device_key', 'dim_device', 'device_key'),
    ('fact_conversion', 'visitor_id', 'dim_visitor', 'visitor_id'),
    ('fact_revenue', 'date_key', 'dim_date', 'date_key'),
    ('fact_revenue', 'campaign_id', 'dim_campaign', 'campaign_id'),
    ('fact_revenue', 'qr_code_id', 'dim_qr_code', 'qr_code_id'),
    ('fact_revenue', 'geography_key', 'dim_geography', 'geography_key'),
    ('fact_revenue', 'device_key', 'dim_device', 'device_key'),
    ('fact_revenue', 'visitor_id', 'dim_visitor', 'visitor_id'),
    ('fact_campaign_cost', 'date_key', 'dim_date', 'date_key'),
    ('fact_campaign_cost', 'campaign_id', 'dim_campaign', 'campaign_id'),
    ('dim_campaign_version', 'campaign_id', 'dim_campaign', 'campaign_id'),
    ('dim_placement', 'qr_code_id', 'dim_qr_code', 'qr_code_id'),
    ('qr_scan_events', 'campaign_id', 'dim_campaign', 'campaign_id'),
    ('qr_scan_events', 'qr_code_id', 'dim_qr_code', 'qr_code_id'),
    ('qr_scan_events', 'visitor_id', 'dim_visitor', 'visitor_id'),
    ('campaign_daily_summary', 'summary_date', 'dim_date', 'date_key'),
    ('campaign_daily_summary', 'campaign_id', 'dim_campaign', 'campaign_id'),
    ('campaign_weekly_summary', 'campaign_id', 'dim_campaign', 'campaign_id'),
    ('campaign_monthly_summary', 'campaign_id', 'dim_campaign', 'campaign_id'),
    ('campaign_quarterly_summary', 'campaign_id', 'dim_campaign', 'campaign_id')
) as r (view_name, column_names, joins_view, joins_columns)
where exists (select from projection.tenant);

alter view bi.relationship owner to bi_owner;
grant select on bi.relationship to bi_reader;
revoke create on schema bi from bi_owner;
