import { randomUUID } from 'node:crypto';
import { expect } from '@playwright/test';

/** Where the running stack is. BrowserTests.cs sets these; by hand, `./run` prints them. */
export const gateway = process.env.QR_GATEWAY_URL ?? 'http://localhost:8080';

/** The operations page's address, with its login token where the stack gives one. */
export const dashboard = { url: process.env.QR_DASHBOARD_URL ?? 'http://localhost:18888', token: process.env.QR_DASHBOARD_TOKEN ?? '' };

/** The stack's data directory (run records of its processes), where the tests may look at it. */
export const dataDirectory = process.env.QR_DATA_DIR;

export type Answer = { columns: string[]; rows: (string | number | null)[][]; asOf: string; timeZone: string };

/** An event as `POST /v1/events` takes it. */
export type ScanEvent = Record<string, unknown> & { eventId: string; timestamp: string; eventType: string; qrCodeId: string };

/** A scan with ids of its own, now, unless told otherwise. */
export function scan(more: Partial<ScanEvent> = {}): ScanEvent {
  return {
    eventId: `evt_browser_${randomUUID()}`,
    timestamp: new Date().toISOString(),
    eventType: 'SCAN',
    qrCodeId: 'qr_browser',
    visitorId: `vis_${randomUUID()}`,
    sessionId: `ses_${randomUUID()}`,
    ...more,
  };
}

/** Sends events through the front door; returns when they are accepted. */
export async function send(events: ScanEvent[], key = 'qr_ingest_demo'): Promise<void> {
  const answer = await fetch(`${gateway}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
  const text = await answer.text();
  expect(answer.status, text).toBe(202);
}

export async function tokenOf(username: string, password = 'demo'): Promise<string> {
  const answer = await fetch(`${gateway}/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  expect(answer.status, `${username} logs in`).toBe(200);
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Asks the query API as a program does. */
export async function query(token: string, body: object): Promise<Answer> {
  const answer = await fetch(`${gateway}/v1/query`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return JSON.parse(text) as Answer;
}
