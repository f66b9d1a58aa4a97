// Traces, metrics and structured logs: what is received of them, which is not stored yet.
import { duration, size } from '/assets/format.js';

const byId = id => document.getElementById(id);
const names = { traces: 'Traces', metrics: 'Metrics', 'structured-logs': 'Structured logs' };

/** Shows a signal. */
export function showTelemetry(page, telemetry, now) {
    const signal = telemetry?.signals.find(candidate => candidate.signal === (page === 'structured-logs' ? 'logs' : page));
    byId('telemetry-title').textContent = names[page];
    if (!telemetry) return;
    const [state, text] = words(names[page], telemetry);
    byId('telemetry-state').textContent = state;
    byId('telemetry-text').textContent = text;
    byId('telemetry-counts').hidden = telemetry.address === null;
    byId('telemetry-requests').textContent = signal.requests.toLocaleString('en-GB');
    byId('telemetry-bytes').textContent = size(signal.bytes);
    byId('telemetry-last').textContent = signal.lastAt === null ? 'none yet' : `${duration(now - Date.parse(signal.lastAt))} ago`;
}

function words(name, { address, elsewhere }) {
    if (address) return ['Received, not stored yet', `Services send telemetry to ${address}. What arrives is counted here; ${name.toLowerCase()} cannot be looked at yet.`];
    if (elsewhere) return ['Sent elsewhere', `Services send telemetry to ${elsewhere}, which another program receives.`];
    return ['Telemetry is off', 'Services send none, which costs nothing. With ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL=http://localhost:18889 in the AppHost’s environment, what they send is received and counted here; it is not stored yet.'];
}
