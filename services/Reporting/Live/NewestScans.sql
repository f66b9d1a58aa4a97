-- The newest scans by arrival, newest first, after a position; one JSON object each.
select e.seq_id,
       json_build_object(
           'eventId', e.event_id,
           'timestamp', to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'campaignId', e.campaign_id,
           'campaignName', e.campaign_name,
           'qrCodeId', e.qr_code_id,
           'country', e.country,
           'city', e.city,
           'deviceType', e.device_type)::text as entry
from bi_query.event e
where e.is_scan and e.seq_id > @after and e.seq_id <= @position
order by e.seq_id desc
limit @limit
