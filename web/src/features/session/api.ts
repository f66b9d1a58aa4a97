import { postJson } from '@/lib/http';
import { Problem } from '@/lib/problem';
import { begin, type Session } from './session';

/** Logs in. @throws Problem with words for people. */
export async function logIn(username: string, password: string): Promise<Session> {
  const { access_token: token } = await postJson<{ access_token: string }>('/auth/token', { username, password });
  const session = begin(token);
  if (!session) throw new Problem(0, 'The token that the platform gave cannot be read.');
  return session;
}

/** What a failed login says. */
export function loginMessage(problem: Problem): { title: string; detail: string | null } {
  if (problem.status === 401) return { title: 'The user name or the password is wrong.', detail: null };
  if (problem.status === 429) {
    const seconds = problem.retryAfter;
    return { title: 'Too many wrong passwords.', detail: seconds ? `Try again in ${seconds} seconds.` : 'Try again in a while.' };
  }
  if (problem.status >= 500) return { title: problem.message, detail: problem.detail ?? 'Try again in a few seconds.' };
  return { title: problem.message, detail: problem.detail };
}
