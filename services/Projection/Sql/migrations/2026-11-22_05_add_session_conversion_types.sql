-- The scan list shows a session's conversions on its attribution scan. Computed only where it is asked for.
create or replace view bi_query.event as
select f.tenant_id, f.seq_id, f.event_id, f.kind, f.is_scan, f.is_bot_scan, f.is_test_scan, f.is_counted, f.is_attribution, f.is_new_customer,
       f.occurred_at, f.visitor, f.qr_code_id, f.campaign_id, c.campaign_name, f.variant, f.channel_type, f.content_category,
       f.conversion_goal, f.country, f.region, f.city, f.latitude, f.longitude, f.location_accuracy, f.device_type, f.operating_system,
       f.browser, f.screen_resolution, f.graded_lead_score, f.lead_score, f.engagement_seconds, f.page_views, f.conversions,
       f.conversion_count, f.revenue, f.currency, f.received_at,
       v.first_scan_at as visitor_first_scan_at,
       s.conversions as session_conversions, s.first_conversion_at as session_first_conversion_at,
       s.engagements as session_engagements, s.engagement_seconds as session_engagement_seconds, s.revenue as session_revenue,
       array(select t.conversion_type
             from projection.event_fact o
             cross join lateral unnest(o.conversions) with ordinality as t (conversion_type, ordinal)
             where f.is_attribution and o.tenant_id = f.tenant_id and o.stream_id = f.stream_id and o.session_key = f.session_key
               and o.is_counted and o.conversion_count > 0
             order by o.occurred_at, o.event_id, t.ordinal) as session_conversion_types
from projection.event_fact f
left join projection.campaign c on c.tenant_id = f.tenant_id and c.campaign_id = f.campaign_id
left join projection.visitor v on v.tenant_id = f.tenant_id and v.visitor = f.visitor
left join projection.session s on f.is_attribution and s.tenant_id = f.tenant_id and s.session_key = f.session_key;
