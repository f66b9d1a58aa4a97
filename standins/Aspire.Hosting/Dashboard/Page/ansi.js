// Terminal colours, and nothing else that an escape sequence can ask of a terminal.

const sequence = /\x1b(?:\[([0-9;:?]*)([ -/]*[@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~]?)/g;
const control = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;
const colours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** The parts of a line: [{ text, style }], style being class names. */
export function parse(line) {
    const parts = [];
    const state = { colour: '', bold: false };
    let from = 0;
    for (const match of line.matchAll(sequence)) {
        push(parts, line.slice(from, match.index), state);
        from = match.index + match[0].length;
        if (match[2] === 'm') apply(state, match[1]);
    }
    push(parts, line.slice(from), state);
    return parts;
}

/** What is left without colours. */
export function plain(line) {
    return parse(line).map(part => part.text).join('');
}

function push(parts, text, state) {
    const visible = text.replace(control, '');
    if (visible) parts.push({ text: visible, style: [state.colour && `c-${state.colour}`, state.bold && 'bold'].filter(Boolean).join(' ') });
}

function apply(state, parameters) {
    const codes = parameters === '' ? [0] : parameters.split(/[;:]/).map(Number);
    for (let at = 0; at < codes.length; at++) {
        const code = codes[at];
        if (code === 0) Object.assign(state, { colour: '', bold: false });
        else if (code === 1) state.bold = true;
        else if (code === 22) state.bold = false;
        else if (code === 39) state.colour = '';
        else if (code >= 30 && code <= 37) state.colour = colours[code - 30];
        else if (code >= 90 && code <= 97) state.colour = colours[code - 90];
        // Of 256 or 16 million colours, few can be read in both themes.
        else if (code === 38 || code === 48) at += codes[at + 1] === 5 ? 2 : 4;
    }
}
