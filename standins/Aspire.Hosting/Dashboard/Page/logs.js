// A console: the last lines, then what is written. It holds so many lines and no more.
import { parse } from '/assets/ansi.js';
import { size } from '/assets/format.js';
import { follow } from '/assets/stream.js';

const most = 3000;
const byId = id => document.getElementById(id);
const [select, filter, errors, wrap, pause, download, box, note, toEnd] =
    ['log-resource', 'log-filter', 'log-errors', 'log-wrap', 'log-pause', 'log-download', 'console', 'log-state', 'log-end'].map(byId);

let stream = null;
let shown = null;
let atEnd = true;

select.addEventListener('change', () => { location.hash = `#/logs/${encodeURIComponent(select.value)}`; });
filter.addEventListener('input', sift);
errors.addEventListener('change', sift);
wrap.addEventListener('change', () => box.classList.toggle('wrap', wrap.checked));
pause.addEventListener('click', () => setPaused(pause.getAttribute('aria-pressed') !== 'true'));
toEnd.addEventListener('click', () => { toBottom(); box.focus(); });
box.addEventListener('scroll', () => {
    atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
    toEnd.hidden = atEnd;
});
box.classList.toggle('wrap', wrap.checked);

/** Fills the list of resources that have a console. */
export function listConsoles(names) {
    if (names.length === select.options.length && names.every((name, at) => select.options[at].value === name)) return;
    select.replaceChildren(...names.map(name => new Option(name, name)));
    if (shown) select.value = shown;
}

/** Shows one resource's console; null leaves it. */
export function showConsole(name, onState) {
    if (name === shown) return;
    stream?.close();
    shown = name;
    box.replaceChildren();
    note.textContent = '';
    if (name === null) return;
    select.value = name;
    download.href = `/api/resources/${encodeURIComponent(name)}/log.txt`;
    pause.setAttribute('aria-pressed', 'false');
    pause.textContent = 'Pause';
    atEnd = true;
    toEnd.hidden = true;
    const address = id => `/api/resources/${encodeURIComponent(name)}/log${id ? `?after=${encodeURIComponent(id)}` : ''}`;
    stream = follow(address, {
        tail(page) {
            box.replaceChildren();
            add(page);
        },
        lines: add,
    }, onState);
}

function setPaused(paused) {
    pause.setAttribute('aria-pressed', String(paused));
    pause.textContent = paused ? 'Resume' : 'Pause';
    if (paused) stream?.pause();
    else stream?.resume();
    say(paused ? 'Paused; on resuming, the lines written meanwhile follow.' : '');
}

function add({ lines, skippedBytes }) {
    const fragment = document.createDocumentFragment();
    if (skippedBytes > 0) {
        const gap = document.createElement('div');
        gap.className = 'gap';
        gap.textContent = `${size(skippedBytes)} in between are no longer kept`;
        fragment.append(gap);
    }
    for (const line of lines) fragment.append(element(line));
    box.append(fragment);
    while (box.childElementCount > most) box.firstElementChild.remove();
    if (atEnd) toBottom();
    count();
}

function element({ text, isError }) {
    const line = document.createElement('div');
    line.className = isError ? 'line error' : 'line';
    for (const part of parse(text)) {
        const span = document.createElement('span');
        if (part.style) span.className = part.style;
        span.textContent = part.text;
        line.append(span);
    }
    line.hidden = !matches(line);
    return line;
}

function matches(line) {
    return (!errors.checked || line.classList.contains('error')) && line.textContent.toLowerCase().includes(filter.value.toLowerCase());
}

function sift() {
    for (const line of box.querySelectorAll('.line')) line.hidden = !matches(line);
    if (atEnd) toBottom();
    count();
}

function count() {
    if (pause.getAttribute('aria-pressed') === 'true') return;
    const isSifted = filter.value !== '' || errors.checked;
    say(isSifted ? `${box.querySelectorAll('.line:not([hidden])').length} of the last ${box.querySelectorAll('.line').length} lines`
        : box.childElementCount === 0 ? 'Nothing was written yet.' : '');
}

function say(text) {
    if (note.textContent !== text) note.textContent = text;
}

function toBottom() {
    box.scrollTop = box.scrollHeight;
}
