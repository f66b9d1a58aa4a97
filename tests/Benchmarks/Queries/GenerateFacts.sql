-- The facts of the events $1 to $2 as the projection leaves them: sessions of four (scan, landing, engagement, conversion with money) over a year,
-- 200 campaigns of 2 variants, 1,000 codes, 200 places, 20 devices, a visitor every six events. $3 is the number of events of the year.
insert into projection.event_fact (
    tenant_id, seq_id, event_id, stream_id, session_key, kind, is_scan, is_bot_scan, is_test_scan, is_test, is_counted, is_attribution, occurred_at,
    received_at, visitor, context_of, qr_code_id, campaign_id, stated_campaign_name, variant, channel_type, content_category, conversion_goal, country, region,
    city, latitude, longitude, device_type, operating_system, browser, graded_lead_score, lead_score, engagement_seconds, page_views, conversions,
    conversion_count, revenue, currency, session_conversions, session_first_conversion_at, session_engagements, session_engagement_seconds, session_revenue)
select 'demo', n, 'evt_' || n, 's-' || md5('session ' || s), 's-' || md5('session ' || s),
       (array['SCAN', 'LANDING_VIEW', 'ENGAGEMENT', 'CONVERSION'])[step + 1], step = 0, false, false, false, true, step = 0, at + step * interval '20 seconds',
       at + step * interval '21 seconds', md5('visitor ' || mixed % ($3 / 6 + 1))::uuid, case when step > 0 then n - step end, 'code_' || mixed / 7 % 1000,
       'camp_' || mixed / 7 % 200, 'Campaign ' || mixed / 7 % 200, case when s % 2 = 0 then 'A' else 'B' end, 'OFFLINE_PRINT', 'PRODUCT_DEMO', 'LEAD_GENERATION',
       (array['US', 'CA', 'DE', 'FR'])[mixed % 200 % 4 + 1], 'R' || mixed % 200 % 40, 'City ' || mixed % 200, 25 + mixed % 200 * 0.1, -120 + mixed % 200 * 0.5,
       (array['MOBILE', 'TABLET', 'DESKTOP'])[mixed / 11 % 3 + 1], (array['iOS 18', 'Android 15', 'Windows 11'])[mixed / 11 % 3 + 1],
       (array['Safari', 'Chrome', 'Firefox', 'Edge'])[mixed / 13 % 4 + 1], mixed % 101, case when step = 0 then mixed % 101 end,
       case when step = 2 then mixed % 600 end, step + 1, case when step = 3 then array['EMAIL_SIGNUP'] end, (step = 3)::integer,
       case when step = 3 then mixed % 5000 / 100.0 end, case when step = 3 then 'USD' end,
       case when step = 0 then 1 end, case when step = 0 then at + interval '60 seconds' end, case when step = 0 then 1 end,
       case when step = 0 then mixed % 600 end, case when step = 0 then mixed % 5000 / 100.0 end
from (
    select n, (n - 1) / 4 as s, (n - 1) % 4 as step, ((n - 1) / 4 * 2654435761 % 4294967291) as mixed,
           timestamptz '2025-01-01 08:00:00Z' + ((n - 1) / 4 * 4.0 / $3) * interval '365 days' as at
    from generate_series($1::bigint, $2::bigint) as n
) numbered
