import { now } from '@/lib/clock';
import { useSyncExternalStore } from 'react';

export type Role = 'administrator' | 'executive' | 'analyst' | 'operator' | 'compliance_officer';

export type Session = {
  token: string;
  user: string;
  tenant: string;
  role: Role;
  /** The only campaigns that the user sees; null for all. */
  campaigns: readonly string[] | null;
  /** Milliseconds since 1970. */
  expiresAt: number;
};

/** Why there is no session any more, for the login page to say. */
export type Ending = 'expired' | 'logged-out' | null;

const key = 'qr.session';

/** What a token says of its bearer; null when it is none. The server checks tokens, the page only reads them. */
export function readToken(token: string): Session | null {
  try {
    const payload = token.split('.')[1] ?? '';
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const { sub, tenant, role, exp, campaign_scope: scope, campaign } = claims;
    if (typeof sub !== 'string' || typeof tenant !== 'string' || typeof role !== 'string' || typeof exp !== 'number') return null;
    const granted = Array.isArray(campaign) ? campaign.map(String) : typeof campaign === 'string' ? [campaign] : [];
    return { token, user: sub, tenant, role: role as Role, campaigns: scope === 'all' ? null : granted, expiresAt: exp * 1000 };
  } catch {
    return null;
  }
}

let current: Session | null = null;
let ending: Ending = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function set(session: Session | null, why: Ending): void {
  current = session;
  ending = why;
  clearTimeout(timer);
  if (session) timer = setTimeout(() => end('expired'), Math.min(session.expiresAt - now(), 2 ** 31 - 1));
  for (const listener of listeners) listener();
}

/** Takes up the session of this tab, if it has one: it outlives a reload, and ends with the tab. */
export function resume(): void {
  const token = sessionStorage.getItem(key);
  const session = token ? readToken(token) : null;
  if (session && session.expiresAt > now()) return set(session, null);
  sessionStorage.removeItem(key);
  set(null, token ? 'expired' : null);
}

export function begin(token: string): Session | null {
  const session = readToken(token);
  if (session) {
    sessionStorage.setItem(key, token);
    set(session, null);
  }
  return session;
}

export function end(why: Exclude<Ending, null>): void {
  if (!current) return;
  sessionStorage.removeItem(key);
  set(null, why);
}

export const session = (): Session | null => current;
export const lastEnding = (): Ending => ending;

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useSession = (): Session | null => useSyncExternalStore(subscribe, session);
