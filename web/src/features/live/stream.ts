import { send } from '@/lib/http';
import { Problem } from '@/lib/problem';
import { EventStreamParser, type ServerEvent } from '@/lib/sse';

export type StreamState =
  | { kind: 'connecting' }
  | { kind: 'live' }
  /** Broken off; tried again at this moment (milliseconds since 1970). */
  | { kind: 'waiting'; until: number; problem: Problem }
  /** Refused: trying again would not help. */
  | { kind: 'refused'; problem: Problem };

export type StreamOptions = {
  path: string;
  onEvent: (event: ServerEvent) => void;
  onState: (state: StreamState) => void;
  signal: AbortSignal;
  /** Replaced by tests. */
  request?: (path: string, init: RequestInit) => Promise<Response>;
  /** A stream without a byte for so long is dead: the server sends a comment every 15 seconds. Milliseconds. */
  silence?: number;
  random?: () => number;
};

const first = 500;
const longest = 30_000;

/** How long to wait before a try, in milliseconds: twice as long each time, spread so that not everybody comes back at once. */
export function backOff(failures: number, random: () => number, asked: number | null = null): number {
  if (asked !== null) return asked * 1000 + random() * 1000;
  return Math.min(longest, first * 2 ** failures) * (0.75 + random() * 0.5);
}

/**
 * Follows an event stream until the signal ends it: begins again where it broke off (`Last-Event-ID`), ever more slowly while nothing comes.
 * Fetch and not EventSource, because only fetch sends a token in a header.
 */
export async function follow(options: StreamOptions): Promise<void> {
  const { onState, signal, random = Math.random } = options;
  let failures = 0;
  let lastId = '';
  while (!signal.aborted) {
    onState({ kind: 'connecting' });
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    const end = await readOnce(options, lastId);
    if (signal.aborted) return;
    lastId = end.lastId;
    failures = end.hadEvents ? 0 : failures + 1;
    if (!end.problem.isPassing) return onState({ kind: 'refused', problem: end.problem });
    const delay = backOff(Math.max(0, failures - 1), random, end.problem.retryAfter);
    onState({ kind: 'waiting', until: Date.now() + delay, problem: end.problem });
    // oxlint-disable-next-line no-await-in-loop
    await pause(delay, signal);
  }
}

async function readOnce(options: StreamOptions, lastId: string): Promise<{ hadEvents: boolean; lastId: string; problem: Problem }> {
  const { path, onEvent, onState, signal, request = send, silence = 40_000 } = options;
  const attempt = new AbortController();
  const stop = () => attempt.abort();
  signal.addEventListener('abort', stop, { once: true });
  let watchdog = setTimeout(stop, silence);
  const parser = new EventStreamParser();
  let hadEvents = false;
  try {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (lastId) headers['last-event-id'] = lastId;
    const answer = await request(path, { headers, signal: attempt.signal, cache: 'no-store' });
    if (!answer.body) throw new Problem(answer.status, 'The live stream has no content.');
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    onState({ kind: 'live' });
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      const { done, value } = await reader.read();
      if (done) break;
      clearTimeout(watchdog);
      watchdog = setTimeout(stop, silence);
      for (const event of parser.push(value)) {
        hadEvents = true;
        onEvent(event);
      }
    }
    return { hadEvents, lastId: parser.lastId || lastId, problem: new Problem(0, 'The live stream ended.') };
  } catch (error) {
    const problem =
      error instanceof Problem
        ? error
        : new Problem(0, attempt.signal.aborted ? 'The live stream fell silent.' : 'The live stream broke off.');
    return { hadEvents, lastId: parser.lastId || lastId, problem };
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener('abort', stop);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      removeEventListenerSafely(done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
    // Back on the network: no reason to wait any longer.
    if (typeof window !== 'undefined') window.addEventListener('online', done, { once: true });
  });
}

function removeEventListenerSafely(listener: () => void): void {
  if (typeof window !== 'undefined') window.removeEventListener('online', listener);
}
