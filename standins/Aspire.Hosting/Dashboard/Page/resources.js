// The table of resources: rows are made once and then changed in place, so that focus stays where it is.
import { duration, moment, stateNames, toneOf } from '/assets/format.js';

const rows = new Map();
const template = document.getElementById('row');
const body = document.getElementById('rows');

/** Shows all resources; ask(resource, command) is called for buttons. */
export function showResources(resources, now, ask) {
    const shown = resources.filter(resource => resource.type !== 'Parameter');
    for (const [name, row] of rows) {
        if (shown.some(resource => resource.name === name)) continue;
        row.element.remove();
        rows.delete(name);
    }
    shown.forEach((resource, at) => {
        const row = rows.get(resource.name) ?? add(resource, ask);
        if (body.children[at] !== row.element) body.insertBefore(row.element, body.children[at] ?? null);
        update(row, resource, now);
    });
    showParameters(resources.filter(resource => resource.type === 'Parameter'));
    document.getElementById('summary').textContent = summary(shown);
}

/** Moves the clocks. */
export function tick(now) {
    for (const row of rows.values()) showTimes(row, now);
}

function add(resource, ask) {
    const element = template.content.firstElementChild.cloneNode(true);
    const part = name => element.querySelector(`.${name}`);
    const row = { element, buttons: {}, ask };
    for (const name of ['name', 'type', 'badge', 'message', 'addresses', 'uptime', 'started', 'restarts', 'exit', 'waits', 'actions']) row[name] = part(name);
    element.dataset.resource = resource.name;
    row.name.textContent = resource.name;
    if (resource.parent) element.classList.add('child');
    if (resource.hasLog) {
        const logs = document.createElement('a');
        logs.className = 'button small';
        logs.href = `#/logs/${encodeURIComponent(resource.name)}`;
        logs.textContent = 'Logs';
        logs.setAttribute('aria-label', `Logs of ${resource.name}`);
        row.actions.append(logs);
        for (const [command, title] of [['restart', 'Restart'], ['stop', 'Stop'], ['start', 'Start']]) {
            const button = document.createElement('button');
            button.type = 'button';
            button.className = 'button small';
            button.textContent = title;
            button.setAttribute('aria-label', `${title} ${resource.name}`);
            button.addEventListener('click', () => run(row, command));
            row.buttons[command] = button;
            row.actions.append(button);
        }
    }
    rows.set(resource.name, row);
    return row;
}

async function run(row, command) {
    if (row.element.dataset.busy) return;
    row.element.dataset.busy = command;
    try {
        await row.ask(row.resource, command);
    } finally {
        delete row.element.dataset.busy;
    }
}

function update(row, resource, now) {
    row.resource = resource;
    row.element.dataset.state = resource.state;
    row.element.dataset.health = resource.health ?? '';
    row.type.textContent = resource.type;
    row.badge.textContent = stateNames[resource.state] ?? resource.state;
    row.badge.dataset.tone = toneOf(resource.state);
    row.message.textContent = message(resource);
    row.message.dataset.tone = resource.health === 'unhealthy' && resource.state === 'unhealthy' ? 'bad' : '';
    row.addresses.replaceChildren(...resource.addresses.map(address));
    row.restarts.textContent = resource.restarts ?? '';
    row.waits.replaceChildren(...resource.waitsFor.map(wait));
    const pressed = Object.values(row.buttons).find(button => button === document.activeElement);
    for (const [command, button] of Object.entries(row.buttons)) button.hidden = !resource.commands.includes(command);
    // The place of a button that was pressed and is gone is taken by the one that can be pressed now.
    if (pressed?.hidden) row.actions.querySelector('button:not([hidden])')?.focus();
    showTimes(row, now);
}

function message(resource) {
    if (resource.note) return resource.note;
    if (resource.health === 'healthy') return 'healthy';
    return resource.healthMessage ?? '';
}

function showTimes(row, now) {
    const { resource } = row;
    const runs = resource.pid !== null && resource.startedAt !== null;
    row.uptime.textContent = runs ? duration(now - Date.parse(resource.startedAt)) : '';
    row.started.textContent = runs ? `since ${moment(resource.startedAt, now)} · pid ${resource.pid}` : '';
    row.exit.textContent = resource.lastExitCode === null ? '' : `last exit ${resource.lastExitCode}, ${duration(now - Date.parse(resource.lastExitAt))} ago`;
    if (resource.state === 'restarting' && resource.restartAt)
        row.message.textContent = `${resource.note}, again in ${(Math.max(0, Date.parse(resource.restartAt) - now) / 1000).toFixed(1)} s`;
}

function address({ name, url, isLink }) {
    const element = document.createElement(isLink ? 'a' : 'span');
    element.textContent = url;
    element.title = name;
    if (isLink) Object.assign(element, { href: url, target: '_blank', rel: 'noreferrer' });
    return element;
}

function wait({ name, for: what, isMet }) {
    const element = document.createElement('span');
    element.className = 'wait';
    element.dataset.met = isMet;
    const mark = document.createElement('span');
    mark.className = 'mark';
    mark.setAttribute('aria-hidden', 'true');
    mark.textContent = isMet ? '✓' : '…';
    const words = document.createElement('span');
    words.className = 'visually-hidden';
    words.textContent = isMet ? ` is ${what}` : ` is not yet ${what}`;
    element.append(mark, name, words);
    return element;
}

function showParameters(parameters) {
    document.getElementById('parameters-part').hidden = parameters.length === 0;
    document.getElementById('parameters').replaceChildren(...parameters.map(parameter => {
        const group = document.createElement('div');
        const term = document.createElement('dt');
        const value = document.createElement('dd');
        term.textContent = parameter.name;
        value.textContent = parameter.value ?? 'has no value';
        group.append(term, value);
        return group;
    }));
}

function summary(resources) {
    const own = resources.filter(resource => resource.hasLog);
    const well = own.filter(resource => resource.health === 'healthy' || resource.state === 'finished').length;
    return well === own.length ? `All ${own.length} run and are healthy` : `${well} of ${own.length} run and are healthy`;
}
