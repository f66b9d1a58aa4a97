import { observeServerTime } from './clock';
import { Problem, problemOf, unreachable } from './problem';

/** Who asks: gives the token, and is told when it is no longer taken. The session sets it at start. */
export type Credentials = { token: () => string | null; refused: () => void };

let credentials: Credentials = { token: () => null, refused: () => undefined };

export function takeCredentialsFrom(source: Credentials): void {
  credentials = source;
}

/** Sends a request with the session's token. @throws Problem for everything that is no success. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const token = credentials.token();
  const headers = new Headers(init.headers);
  if (token) headers.set('authorization', `Bearer ${token}`);
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, headers, credentials: 'omit' });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw unreachable();
  }
  observeServerTime(answer.headers.get('date'));
  if (answer.ok) return answer;
  if (answer.status === 401 && token) credentials.refused();
  throw await problemOf(answer);
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await read(await send(path, { headers: { accept: 'application/json' }, ...(signal ? { signal } : {}) }))) as T;
}

export async function postJson<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', accept: 'application/json' },
  };
  return (await read(await send(path, signal ? { ...init, signal } : init))) as T;
}

async function read(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    throw new Problem(
      answer.status,
      'The answer could not be read.',
      'It broke off, or something between here and the platform changed it.',
    );
  }
}
