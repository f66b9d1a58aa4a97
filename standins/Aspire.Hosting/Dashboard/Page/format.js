// How things are written on the page.

export const stateNames = {
    'not started': 'Not started', waiting: 'Waiting', starting: 'Starting', running: 'Running', unhealthy: 'Unhealthy', restarting: 'Restarting',
    stopping: 'Stopping', stopped: 'Stopped', exited: 'Exited', finished: 'Finished', 'failed to start': 'Failed to start', active: 'Active',
};

/** good, bad, warn or calm: how a state looks. */
export function toneOf(state) {
    if (state === 'running' || state === 'finished' || state === 'active') return 'good';
    if (state === 'unhealthy' || state === 'failed to start' || state === 'exited') return 'bad';
    if (state === 'starting' || state === 'restarting' || state === 'waiting' || state === 'stopping') return 'warn';
    return 'calm';
}

/** 4 s, 3 min 20 s, 5 h 12 min, 3 d 4 h. */
export function duration(milliseconds) {
    const seconds = Math.max(0, Math.floor(milliseconds / 1000));
    if (seconds < 60) return `${seconds} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
    const hours = Math.floor(minutes / 60);
    return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** 512 B, 64 KB, 3.2 MB. */
export function size(bytes) {
    if (bytes < 1024) return `${bytes} B`;
    if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
    return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** The time of day, with the day when it is not today. */
export function moment(instant, now) {
    const date = new Date(instant);
    return date.toDateString() === new Date(now).toDateString() ? clock.format(date) : `${day.format(date)}, ${clock.format(date)}`;
}
