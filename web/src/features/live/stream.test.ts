import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '@/lib/problem';
import type { ServerEvent } from '@/lib/sse';
import { backOff, follow, type StreamState } from './stream';

/** A server that answers each try as the script says. */
function server(...tries: (Problem | { pieces: string[]; end?: 'close' | 'break' | 'silence' })[]) {
  const asked: (string | null)[] = [];
  const request = (_path: string, init: RequestInit): Promise<Response> => {
    asked.push(new Headers(init.headers).get('last-event-id'));
    const next = tries.shift() ?? new Problem(403, 'the end of the script');
    if (next instanceof Problem) return Promise.reject(next);
    const body = new ReadableStream<Uint8Array>({
      // One at a time: an error would take what is still queued with it.
      pull(controller) {
        const piece = next.pieces.shift();
        if (piece !== undefined) controller.enqueue(new TextEncoder().encode(piece));
        else if (next.end === 'close') controller.close();
        else if (next.end === 'break') controller.error(new TypeError('network error'));
        else return new Promise(() => undefined);
        return undefined;
      },
      start(controller) {
        init.signal?.addEventListener('abort', () => controller.error(new DOMException('aborted', 'AbortError')));
      },
    });
    return Promise.resolve(new Response(body));
  };
  return { asked, request };
}

async function run(fake: ReturnType<typeof server>) {
  const events: ServerEvent[] = [];
  const states: StreamState[] = [];
  const ending = new AbortController();
  const done = follow({
    path: '/v1/live',
    signal: ending.signal,
    onEvent: (event) => events.push(event),
    onState: (state) => states.push(state),
    request: fake.request,
    random: () => 0.5,
    silence: 40_000,
  });
  await vi.advanceTimersByTimeAsync(300_000);
  ending.abort();
  await done;
  return { events, states: states.map((state) => state.kind) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('following a stream', () => {
  it('goes on after a break where it was', async () => {
    const fake = server(
      { pieces: ['id: 7\ndata: a\n\n', 'id: 8\ndata: b\n\nid: 9\nda'], end: 'break' },
      { pieces: ['data: c\n\n'], end: 'close' },
    );
    const { events, states } = await run(fake);

    expect(events.map((event) => event.data)).toEqual(['a', 'b', 'c']);
    expect(fake.asked).toEqual([null, '8', '8']);
    expect(states).toEqual(['connecting', 'live', 'waiting', 'connecting', 'live', 'waiting', 'connecting', 'refused']);
  });

  it('gives up a stream that fell silent, but not one that says it is still here', async () => {
    const silent = await run(server({ pieces: ['data: a\n\n'], end: 'silence' }));
    expect(silent.states).toEqual(['connecting', 'live', 'waiting', 'connecting', 'refused']);
  });

  it('asks again through outages and overload, and stops at a refusal', async () => {
    const fake = server(
      new Problem(503, 'away'),
      new Problem(0, 'offline'),
      new Problem(429, 'too many', null, 30),
      new Problem(403, 'not for you'),
    );
    const { states } = await run(fake);

    expect(fake.asked).toHaveLength(4);
    expect(states.at(-1)).toBe('refused');
  });

  it('ends when it is told to, also while it waits', async () => {
    const ending = new AbortController();
    const done = follow({
      path: '/',
      signal: ending.signal,
      onEvent: () => undefined,
      onState: () => undefined,
      request: () => Promise.reject(new Problem(503, 'away')),
    });
    await vi.advanceTimersByTimeAsync(100);
    ending.abort();
    await expect(done).resolves.toBeUndefined();
  });
});

describe('the back-off', () => {
  it('doubles, is spread, and has an end', () => {
    expect([0, 1, 2, 3].map((failures) => backOff(failures, () => 0.5))).toEqual([500, 1000, 2000, 4000]);
    expect(backOff(50, () => 0.5)).toBe(30_000);
    expect([backOff(1, () => 0), backOff(1, () => 1)]).toEqual([750, 1250]);
  });

  it('waits as long as the server asks', () => expect(backOff(0, () => 0, 30)).toBe(30_000));
});
