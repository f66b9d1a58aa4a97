// The contract's metrics from raw events, in DuckDB. See README.md.
import { readFile } from 'node:fs/promises';
import { DuckDBInstance } from '@duckdb/node-api';

const [eventsFile, questionsFile] = process.argv.slice(2);
const questions = JSON.parse(await readFile(questionsFile, 'utf8'));
const connection = await (await DuckDBInstance.create(':memory:')).connect();
const quote = (text) => `'${String(text).replaceAll("'", "''")}'`;
const rows = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();

await connection.run("set TimeZone = 'UTC'; set threads = 1");
await connection.run(`
create table arrived as
select *, row_number() over () as arrival
from read_ndjson(${quote(eventsFile)}, columns = {
  eventId: 'VARCHAR', "timestamp": 'TIMESTAMPTZ', eventType: 'VARCHAR', qrCodeId: 'VARCHAR', visitorId: 'VARCHAR', sessionId: 'VARCHAR',
  scanLocation: 'STRUCT(city VARCHAR, region VARCHAR, country VARCHAR)',
  deviceInfo: 'STRUCT(deviceType VARCHAR, operatingSystem VARCHAR, browserName VARCHAR, userAgent VARCHAR)',
  campaignContext: 'STRUCT(campaignId VARCHAR, variant VARCHAR, channelType VARCHAR)',
  behaviorMetrics: 'STRUCT(leadScore DECIMAL(18,4), engagementDuration DECIMAL(18,4), conversionEvents VARCHAR[], revenueAttribution DECIMAL(18,2), currency VARCHAR)',
  consent: 'STRUCT(analytics BOOLEAN, recordedAt TIMESTAMPTZ)', isTest: 'BOOLEAN'});

-- The first content of an id wins; refused consent and money without a rate are kept out; an age is none.
create table event as
select eventId as id, "timestamp" as happened, eventType as kind, qrCodeId, visitorId, sessionId, scanLocation as place, deviceInfo as device, campaignContext as campaign,
       behaviorMetrics.leadScore as lead_score, behaviorMetrics.engagementDuration as engagement,
       case when len(behaviorMetrics.conversionEvents) > 0 then len(behaviorMetrics.conversionEvents) when eventType in ('CONVERSION', 'LEAD', 'CUSTOMER') then 1 else 0 end as conversions,
       case when eventType = 'REFUND' then -abs(behaviorMetrics.revenueAttribution) else behaviorMetrics.revenueAttribution end as revenue,
       eventType in ('SCAN', 'RESCAN') as is_scan_kind,
       coalesce(contains(deviceInfo.userAgent, 'Googlebot'), false) as is_bot,
       coalesce(isTest, false) as is_test
from (select *, row_number() over (partition by eventId order by arrival) as copy from arrived)
where copy = 1
  and not coalesce(not consent.analytics and coalesce(consent.recordedAt, "timestamp") <= "timestamp", false)
  and not (behaviorMetrics.revenueAttribution is not null and coalesce(behaviorMetrics.currency, 'USD') <> 'USD');

-- Sessions: the source's; of a visitor without one, cut after 30 minutes without an event and after 24 hours in all; else an event is its own.
create table in_run as
select id, visitorId, happened, sum(case when gap then 1 else 0 end) over (partition by visitorId order by happened, id) as run
from (select id, visitorId, happened, coalesce(happened - lag(happened) over (partition by visitorId order by happened, id) > interval 30 minute, false) as gap
      from event where sessionId is null and visitorId is not null);
create table cut as
with recursive start as (
  select visitorId, run, min(happened) as begins from in_run group by all
  union all
  select s.visitorId, s.run, (select min(r.happened) from in_run r where r.visitorId = s.visitorId and r.run = s.run and r.happened > s.begins + interval 24 hour)
  from start s
  where exists (select 1 from in_run r where r.visitorId = s.visitorId and r.run = s.run and r.happened > s.begins + interval 24 hour)
)
select r.id, 'cut ' || r.visitorId || ' ' || r.run || ' ' || epoch_ms(max(s.begins)) as session
from in_run r join start s on s.visitorId = r.visitorId and s.run = r.run and s.begins <= r.happened
group by r.id, r.visitorId, r.run;

create table placed as
select e.*, case when e.sessionId is not null then 'source ' || e.sessionId else coalesce(c.session, 'lone ' || e.id) end as session,
       e.is_scan_kind and not e.is_bot and not e.is_test as is_scan
from event e left join cut c on c.id = e.id;

create table session as
select session, (array_agg(id order by happened, id) filter (where is_scan))[1] as attribution,
       bool_or(is_scan_kind and is_bot and not is_test) and not bool_or(is_scan) as is_bot_session,
       min(happened) filter (where conversions > 0 and not is_test) as first_conversion,
       sum(engagement) filter (where not is_test) as engagement
from placed group by session;

-- A scan is in its own context, everything else in that of its session's attribution scan, if there is one.
create table fact as
select p.*, p.id = s.attribution as is_attribution, not s.is_bot_session and not p.is_test as is_counted, s.first_conversion, s.engagement as session_engagement,
       case when p.is_scan_kind or a.id is null then p.qrCodeId else a.qrCodeId end as qr_code_id,
       case when p.is_scan_kind or a.id is null then p.campaign else a.campaign end as ctx_campaign,
       case when p.is_scan_kind or a.id is null then p.place else a.place end as ctx_place,
       case when p.is_scan_kind or a.id is null then p.device else a.device end as ctx_device,
       case when p.is_scan_kind then p.lead_score else a.lead_score end as grade
from placed p
join session s on s.session = p.session
left join placed a on a.id = s.attribution;
`);

const labels = (zone) => ({
  hour: `strftime(local, '%Y-%m-%dT%H:00:00') || case when offset_minutes < 0 then '-' else '+' end || lpad((abs(offset_minutes) // 60)::varchar, 2, '0') || ':' || lpad((abs(offset_minutes) % 60)::varchar, 2, '0')`,
  day: `strftime(local, '%Y-%m-%d')`,
  week: `strftime(local, '%G-W%V')`,
  month: `strftime(local, '%Y-%m')`,
  quarter: `year(local) || '-Q' || quarter(local)`,
  year: `year(local)::varchar`,
  hour_of_day: `hour(local)::varchar`,
  day_of_week: `isodow(local)::varchar`,
  campaign_id: 'ctx_campaign.campaignId',
  variant: 'ctx_campaign.variant',
  channel_type: 'ctx_campaign.channelType',
  qr_code_id: 'qr_code_id',
  country: 'ctx_place.country',
  region: 'ctx_place.region',
  city: 'ctx_place.city',
  device_type: 'ctx_device.deviceType',
  os: 'ctx_device.operatingSystem',
  browser: 'ctx_device.browserName',
  lead_quality: `case when grade >= 80 then 'High Quality' when grade >= 60 then 'Medium Quality' when grade >= 40 then 'Low Quality' when grade is not null then 'Unqualified' else 'Not Scored' end`,
});

async function answer({ timeZone, from, to, dimensions, filters, erased }) {
  const expression = labels(timeZone);
  const zone = quote(timeZone);
  const gone = erased?.length ? `visitorId in (${erased.map(quote).join(', ')})` : 'false';
  const keys = dimensions.map((name) => `${expression[name]} as "${name}"`);
  const kept = (filters ?? []).map(({ dimension, values }) => `${expression[dimension]} in (${values.map(quote).join(', ')})`);
  const base = `
with known as (select * replace (case when ${gone} then null else visitorId end as visitorId), visitorId as customer from fact),
local as (select *, timezone(${zone}, happened) as local, date_diff('minute', timezone('UTC', happened), timezone(${zone}, happened)) as offset_minutes from known),
first_scan as (select visitorId, min(happened) as first_at from known where is_scan and visitorId is not null group by all),
first_customer as (select customer, (array_agg(id order by happened, id))[1] as id from known where kind = 'CUSTOMER' and is_counted and customer is not null group by all),
f as (
  select l.*, v.first_at < timezone(${zone}, timestamp ${quote(`${from} 00:00:00`)}) as is_returning,
         l.kind = 'CUSTOMER' and l.is_counted and (l.customer is null or c.id is not null) as is_new_customer
  from local l left join first_scan v on v.visitorId = l.visitorId left join first_customer c on c.id = l.id
  where l.local >= timestamp ${quote(`${from} 00:00:00`)} and l.local < timestamp ${quote(`${to} 00:00:00`)} + interval 1 day)`;
  const where = (conditions) => (conditions.length ? `where ${conditions.join(' and ')}` : '');
  const grouped = keys.length ? 'group by all order by all' : '';
  const counted = await rows(`${base}
select ${[
    ...keys,
    'count(*) filter (where is_scan) as total_scans',
    'count(*) filter (where is_attribution) as sessions',
    'count(distinct visitorId) filter (where is_scan) as unique_visitors',
    'count(distinct visitorId) filter (where is_scan and is_returning) as returning_visitors',
    'coalesce(sum(conversions) filter (where is_counted), 0) as conversions',
    'count(*) filter (where is_attribution and first_conversion is not null) as converting_sessions',
    'count(*) filter (where is_attribution and first_conversion is not null) / nullif(count(*) filter (where is_attribution), 0)::double as conversion_rate',
    'count(*) filter (where is_attribution and first_conversion <= happened + interval 168 hour) / nullif(count(*) filter (where is_attribution), 0)::double as conversion_rate_7d',
    'coalesce(sum(revenue) filter (where is_counted), 0)::varchar as revenue',
    '(sum(lead_score) filter (where is_scan))::double / nullif(count(lead_score) filter (where is_scan), 0) as average_lead_score',
    '(sum(session_engagement) filter (where is_attribution))::double / nullif(count(session_engagement) filter (where is_attribution), 0) as average_engagement_seconds',
    'count(*) filter (where is_new_customer) as new_customers',
    'count(*) filter (where is_scan_kind and is_bot and not is_test) as bot_scans',
    'count(*) filter (where is_scan_kind and is_test) as test_scans',
  ].join(', ')}
from f ${where(kept)} ${grouped}`);

  // Per visitor and group, from the first scan: each step the first of its kind from the step before on, until 30 days after the scan.
  const step = (before, from, kind, at) => `select b.*, (select min(k.happened) from known k where k.visitorId = b.visitorId and k.kind = '${kind}' and k.is_counted
    and k.happened >= b.${from} and k.happened <= b.scanned + interval 720 hour) as ${at} from ${before} b`;
  const names = dimensions.map((name) => `"${name}"`);
  const journeys = await rows(`${base},
scanned as (select ${[...keys, 'visitorId', 'min(happened) as scanned'].join(', ')} from f ${where([...kept, 'is_scan', 'visitorId is not null'])} group by all),
landed as (${step('scanned', 'scanned', 'LANDING_VIEW', 'landing')}),
engaged as (${step('landed', 'landing', 'ENGAGEMENT', 'engagement')}),
lead_won as (${step('engaged', 'engagement', 'LEAD', 'lead_at')}),
customer_won as (${step('lead_won', 'lead_at', 'CUSTOMER', 'customer_at')})
select ${[...names, 'count(landing) as landed_visitors', 'count(engagement) as engaged_visitors', 'count(lead_at) as lead_visitors', 'count(customer_at) as customer_visitors',
    'count(landing) / nullif(count(*), 0)::double as scan_to_landing_rate', 'count(engagement) / nullif(count(landing), 0)::double as landing_to_engagement_rate',
    'count(*) as n', 'count(landing) as k'].join(', ')}
from customer_won ${grouped}`);
  const sessions = await rows(`${base},
s as (select ${[...keys, 'session as of_session', 'happened as scanned'].join(', ')} from f ${where([...kept, 'is_attribution'])}),
held as (select ${[...names.map((name) => `s.${name}`), 'of_session', 'count(*) as interactions', '(epoch_ms(max(k.happened)) - epoch_ms(min(s.scanned))) / 1000 as seconds'].join(', ')}
  from s join known k on k.session = s.of_session and k.happened between s.scanned and s.scanned + interval 24 hour
  where k.is_scan or k.is_counted and k.kind in ('LANDING_VIEW', 'ENGAGEMENT') group by all)
select ${[...names, 'sum(seconds) / count(*) as average_session_seconds', 'sum(interactions)::double / count(*) as session_depth'].join(', ')} from held ${grouped}`);
  const fresh = await rows(`${base},
first_of as (select visitorId, (array_agg(id order by happened, id))[1] as id from known where is_scan and visitorId is not null group by all)
select ${[...keys, 'count(*) as new_visitors'].join(', ')} from f semi join first_of on first_of.id = f.id ${where(kept)} ${grouped}`);
  for (const row of journeys) row.scan_to_landing_rate_low = wilsonLow(Number(row.k), Number(row.n));
  const together = new Map();
  for (const row of [counted, journeys, sessions, fresh].flat()) {
    const { n, k, ...told } = row;
    const key = JSON.stringify(dimensions.map((name) => told[name]));
    together.set(key, { ...together.get(key), ...told });
  }
  return [...together.values()];
}

function wilsonLow(k, n) {
  if (n === 0) return null;
  const [z, p] = [1.96, k / n];
  return (p + (z * z) / (2 * n) - z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
}

const answers = [];
for (const question of questions) answers.push(await answer(question));
process.stdout.write(JSON.stringify(answers));
