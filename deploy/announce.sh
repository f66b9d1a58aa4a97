#!/usr/bin/env bash
# Prints what to try once the stack that ./run starts is ready, seeds it if asked to, then ends; also when the stack ends before.
# usage: announce.sh <pid of the AppHost> [--seed demo[:EVENTS]] [--seed-until DAY]
set -u
stack=$1
shift
gateway=http://localhost:$QR_GATEWAY_PORT

alive() { kill -0 "$stack" 2>/dev/null; }
ready() { [ "$(curl -s -o /dev/null -m 2 -w '%{http_code}' "$gateway/health")" = 200 ]; }

while alive && ! ready; do sleep 0.2; done
alive || exit 0
event=$(tr -s '\n ' ' ' <docs/examples/event.json)
cat <<TEXT

  QrPlatform is ready.

  Web, API     $gateway            health: $gateway/health
  Operations   http://localhost:$QR_DASHBOARD_PORT/login?t=$ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN
  PostgreSQL   localhost:$QR_POSTGRES_PORT, database qrplatform
  Data         $QR_DATA_DIR

  Demo credentials (local default only)
    users        admin, executive, analyst, marketer, operator, compliance, admin@acme    password: demo
    ingest keys  qr_ingest_demo, qr_ingest_acme
    BI logins    bi_demo, bi_demo_marketer, bi_acme    password: the login's own name

  Send an event:

curl -sS $gateway/v1/events -H 'Authorization: Bearer qr_ingest_demo' -H 'Content-Type: application/json' -d '$event'

  See it as a BI tool does:

psql "postgresql://bi_demo:bi_demo@localhost:$QR_POSTGRES_PORT/qrplatform" -c 'select event_id, timestamp, campaign_name, city, lead_score, revenue_attribution from bi.qr_scan_events'

  Ctrl-C stops everything.

TEXT

[ $# -gt 0 ] || exit 0
dotnet deploy/Seed/bin/Release/net10.0/QrPlatform.Seed.dll --gateway "$gateway" --state "$QR_DATA_DIR/demo-seed.json" "$@" &
seeding=$!
while alive && kill -0 "$seeding" 2>/dev/null; do sleep 0.5; done
kill -TERM "$seeding" 2>/dev/null
wait "$seeding"
