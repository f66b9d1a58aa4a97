// The page: which part is shown, what is known, and what is asked of resources.
import { listConsoles, showConsole } from '/assets/logs.js';
import { showResources, tick } from '/assets/resources.js';
import { follow } from '/assets/stream.js';
import { showTelemetry } from '/assets/telemetry.js';

const byId = id => document.getElementById(id);
const pages = { resources: 'Resources', logs: 'Console logs', traces: 'Traces', metrics: 'Metrics', 'structured-logs': 'Structured logs' };

let resources = [];
let telemetry = null;
let ahead = 0; // how far the host's clock is before this one's
let first = true;

const now = () => Date.now() + ahead;

function route() {
    const [, page = 'resources', name] = location.hash.split('/');
    return pages[page] ? { page, name: name && decodeURIComponent(name) } : { page: 'resources' };
}

function show() {
    const { page, name } = route();
    const isTelemetry = page !== 'resources' && page !== 'logs';
    byId('resources').hidden = page !== 'resources';
    byId('logs').hidden = page !== 'logs';
    byId('telemetry').hidden = !isTelemetry;
    for (const link of document.querySelectorAll('.pages a')) {
        if (link.hash === `#/${page}`) link.setAttribute('aria-current', 'page');
        else link.removeAttribute('aria-current');
    }
    document.title = `${pages[page]}${name ? ` of ${name}` : ''} · Operations`;
    if (page === 'logs') {
        const consoles = resources.filter(resource => resource.hasLog).map(resource => resource.name);
        listConsoles(consoles);
        const chosen = consoles.includes(name) ? name : consoles[0];
        if (chosen) showConsole(chosen, tell);
    } else showConsole(null, tell);
    if (isTelemetry) showTelemetry(page, telemetry, now());
}

function tell(state) {
    const words = { live: 'Live', lost: 'Connection lost, trying again …', out: 'Logged out: use the link that the AppHost printed at its start.' };
    byId('connection').dataset.state = state;
    byId('connection').textContent = words[state];
}

function draw() {
    showResources(resources, now(), ask);
    listConsoles(resources.filter(resource => resource.hasLog).map(resource => resource.name));
    if (first && resources.length > 0) {
        first = false;
        show();
    }
}

async function ask(resource, command) {
    if (command !== 'start' && resource.dependents.length > 0 && !(await confirmed(resource, command))) return;
    say(`${resource.name}: ${{ start: 'starting', stop: 'stopping', restart: 'restarting' }[command]} …`);
    const answer = await fetch(`/api/resources/${encodeURIComponent(resource.name)}/${command}`, {
        method: 'POST',
        headers: { 'X-Operations-Action': command },
    }).catch(() => null);
    if (answer?.ok) say(`${resource.name}: ${{ start: 'started', stop: 'stopped', restart: 'restarted' }[command]}`);
    else if (answer?.status === 401) tell('out');
    else say(`${resource.name}: ${(await answer?.json().catch(() => null))?.detail ?? 'the AppHost did not answer'}`);
}

function confirmed(resource, command) {
    const dialog = byId('confirm');
    const verb = command === 'stop' ? 'Stop' : 'Restart';
    byId('confirm-title').textContent = `${verb} ${resource.name}?`;
    byId('confirm-text').textContent = `${resource.dependents.join(', ')} ${resource.dependents.length === 1 ? 'needs' : 'need'} it.`;
    byId('confirm-yes').textContent = verb;
    dialog.returnValue = '';
    dialog.showModal();
    return new Promise(decide => dialog.addEventListener('close', () => decide(dialog.returnValue === 'yes'), { once: true }));
}

let toasting = 0;
function say(text) {
    const toast = byId('toast');
    toast.hidden = false;
    toast.textContent = text;
    clearTimeout(toasting);
    toasting = setTimeout(() => { toast.hidden = true; }, 6000);
}

for (const input of document.querySelectorAll('.themes input')) {
    input.checked = input.value === (document.documentElement.dataset.theme ?? 'system');
    input.addEventListener('change', () => {
        if (input.value === 'system') {
            delete document.documentElement.dataset.theme;
            localStorage.removeItem('operations.theme');
        } else {
            document.documentElement.dataset.theme = input.value;
            localStorage.setItem('operations.theme', input.value);
        }
    });
}

addEventListener('hashchange', () => {
    show();
    byId('main').focus({ preventScroll: true });
});
setInterval(() => {
    tick(now());
    const { page } = route();
    if (telemetry && page !== 'resources' && page !== 'logs') showTelemetry(page, telemetry, now());
}, 1000);

show();
follow(() => '/api/events', {
    now({ time }) { ahead = Date.parse(time) - Date.now(); },
    resources(all) {
        resources = all;
        draw();
    },
    resource(one) {
        resources = resources.map(resource => resource.name === one.name ? one : resource);
        draw();
    },
    telemetry(counts) {
        telemetry = counts;
        const { page } = route();
        if (page !== 'resources' && page !== 'logs') showTelemetry(page, telemetry, now());
    },
}, tell);
