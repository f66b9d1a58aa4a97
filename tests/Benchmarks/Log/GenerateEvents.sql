-- The events $1 to $2 of an endless log, always the same: sessions of four (scan, landing, engagement, conversion with money), a new visitor
-- every six events, 300 codes, 40 campaigns, 60 places; a year in which some $3 events happen, in the order of the log but for one session in
-- fifty that arrives eight hours late. About 1,400 bytes of JSON each, as enrichment stores them.
select n as number,
       'evt_' || lpad(n::text, 12, '0') as event_id,
       's-' || md5('session ' || s) as stream_id,
       step + 1 as version,
       md5('event ' || n)::uuid as id,
       (array['scan_recorded', 'landing_viewed', 'engagement_recorded', 'conversion_recorded'])[step + 1] as type,
       (array['ScanRecorded', 'LandingViewed', 'EngagementRecorded', 'ConversionRecorded'])[step + 1] as dotnet_type,
       jsonb_strip_nulls(jsonb_build_object(
           'EventId', 'evt_' || lpad(n::text, 12, '0'),
           'OccurredAt', to_char(occurred_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"+00:00"'),
           'ReceivedAt', to_char(occurred_at + interval '2 seconds', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+00:00"'),
           'BatchId', md5('batch ' || n / 100)::uuid,
           'QrCodeId', 'qr_campaign_' || lpad((mixed / 60 % 300)::text, 3, '0') || '_location',
           'Visitor', md5('visitor ' || s * 2 / 3)::uuid,
           'Place', jsonb_build_object('Latitude', round(25 + mixed % 60 * 0.39, 2), 'Longitude', round(-120 + mixed % 60 * 0.71, 2),
                                       'City', 'City number ' || mixed % 60, 'Region', 'R' || mixed % 20,
                                       'Country', case when mixed % 60 % 7 = 0 then 'CA' else 'US' end, 'Accuracy', 'high'),
           'Device', jsonb_build_object('Type', case when mixed % 5 = 4 then 'DESKTOP' else 'MOBILE' end,
                                        'OperatingSystem', (array['iOS 17.1', 'iOS 18.2', 'Android 14', 'Android 15', 'Windows 11'])[mixed % 5 + 1],
                                        'Browser', (array['Safari', 'Chrome', 'Firefox', 'Samsung Internet'])[mixed / 7 % 4 + 1],
                                        'ScreenResolution', '1179x2556'),
           'Campaign', jsonb_build_object('Id', 'camp_' || mixed / 60 % 300 % 40, 'Name', 'Campaign number ' || mixed / 60 % 300 % 40,
                                          'Variant', case when s % 2 = 0 then 'A' else 'B' end, 'ChannelType', 'OFFLINE_PRINT',
                                          'ContentCategory', 'PRODUCT_DEMO', 'ConversionGoal', 'LEAD_GENERATION'),
           'LeadScore', case when step = 0 then mixed % 101 end,
           'EngagementSeconds', case when step = 2 then mixed % 600 end,
           'PageViews', step + 1,
           'Conversions', case when step = 3 then jsonb_build_array('EMAIL_SIGNUP') end,
           'Revenue', case when step = 3 then jsonb_build_object('Amount', mixed % 5000 / 100.0, 'Currency', 'USD') end,
           'ReportingRevenue', case when step = 3 then jsonb_build_object('Amount', mixed % 5000 / 100.0, 'Currency', 'USD') end,
           'IsBot', false,
           'IsTest', false,
           'Steps', '["text@1", "bots@1", "consent@1", "pseudonym@1", "money@1", "campaign@1", "geography@1", "device@1", "conversions@1", "session@1", "encryption@1"]'::jsonb,
           'Personal', jsonb_build_object('KeyId', md5('visitor ' || s * 2 / 3)::uuid, 'Box', repeat(left(md5('box ' || n), 20), 18)))) as data
from (
    select n, s, (n - 1) % 4 as step, mixed,
           timestamp '2025-01-01' + (s * 4.0 / $3) * interval '365 days' + (n - 1) % 4 * interval '20 seconds'
               - case when mixed % 50 = 0 then interval '8 hours' else interval '0' end as occurred_at
    from (
        select n, (n - 1) / 4 as s, ((n - 1) / 4 * 2654435761 % 4294967291) as mixed
        from generate_series($1::bigint, $2::bigint) as n
    ) numbered
) timed
