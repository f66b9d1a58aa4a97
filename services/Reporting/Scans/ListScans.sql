-- One page of scans, one JSON object each, with the source's field names. A session's totals stand on its attribution scan, as in
-- bi.qr_scan_events. @position keeps out what was projected after the first page.
select e.event_id, (extract(epoch from e.occurred_at) * 1000000)::bigint as at_microseconds,
       json_build_object(
           'eventId', e.event_id,
           'timestamp', to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'eventType', e.kind,
           'qrCodeId', e.qr_code_id,
           'visitorId', e.visitor,
           'scanLocation', json_build_object(
               'latitude', e.latitude, 'longitude', e.longitude, 'city', e.city, 'region', e.region, 'country', e.country,
               'accuracy', e.location_accuracy),
           'deviceType', e.device_type,
           'operatingSystem', e.operating_system,
           'browserName', e.browser,
           'screenResolution', e.screen_resolution,
           'campaignId', e.campaign_id,
           'campaignName', e.campaign_name,
           'variant', e.variant,
           'channelType', e.channel_type,
           'contentCategory', e.content_category,
           'conversionGoal', e.conversion_goal,
           'leadScore', e.lead_score,
           'engagementDuration', case when e.is_attribution and e.session_engagements > 0 then e.session_engagement_seconds end,
           'pageViews', e.page_views,
           'conversionEvents', case when e.is_attribution then e.session_conversion_types else '{}' end,
           'revenueAttribution', case when e.is_attribution then e.session_revenue else 0 end,
           'currency', @currency)::text as entry
from bi_query.event e
where e.is_scan and e.occurred_at >= @from and e.occurred_at < @to and e.seq_id <= @position
  and (e.occurred_at, e.event_id) > (@last_at, @last_id collate "C")
order by e.occurred_at, e.event_id
limit @limit
