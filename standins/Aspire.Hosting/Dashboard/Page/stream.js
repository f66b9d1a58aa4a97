// Server-sent events that come back after a break, rest while nobody looks, and say how they are.

/**
 * open(lastId) gives the address; on is { event: handler }; onState gets 'live', 'lost' or 'out' (logged out).
 * Returns { close, pause, resume }.
 */
export function follow(open, on, onState) {
    let source = null;
    let lastId = '';
    let timer = 0;
    let paused = false;

    function connect() {
        clearTimeout(timer);
        if (source || paused || document.hidden) return;
        source = new EventSource(open(lastId));
        source.onopen = () => onState('live');
        source.onerror = () => {
            onState('lost');
            if (source?.readyState !== EventSource.CLOSED) return; // it tries again by itself
            disconnect();
            void again();
        };
        for (const [name, handle] of Object.entries(on)) {
            source.addEventListener(name, event => {
                if (event.lastEventId) lastId = event.lastEventId;
                handle(JSON.parse(event.data));
            });
        }
    }

    /** An answer that is no stream: logged out, or the host is just stopping. */
    async function again() {
        const state = await fetch('/login/state').then(answer => answer.json(), () => null);
        if (state?.isLoggedIn === false) onState('out');
        else timer = setTimeout(connect, 1000);
    }

    function disconnect() {
        clearTimeout(timer);
        source?.close();
        source = null;
    }

    // A browser has six connections to a host: pages in the background give theirs back.
    function look() {
        if (document.hidden) timer = setTimeout(disconnect, 10_000);
        else connect();
    }

    document.addEventListener('visibilitychange', look);
    connect();
    return {
        close() {
            paused = true;
            disconnect();
            document.removeEventListener('visibilitychange', look);
        },
        pause() {
            paused = true;
            disconnect();
        },
        resume() {
            paused = false;
            connect();
        },
    };
}
