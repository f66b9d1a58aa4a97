import { describe, expect, it } from 'vitest';
import { Problem } from '@/lib/problem';
import { loginMessage } from './api';
import { may } from './roles';
import { readToken } from './session';

const token = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
const claims = { sub: 'jürgen', tenant: 'demo', role: 'analyst', exp: 1_800_000_000, campaign_scope: 'all' };

describe('a token', () => {
  it('tells who its bearer is', () =>
    expect(readToken(token(claims))).toMatchObject({
      user: 'jürgen',
      tenant: 'demo',
      role: 'analyst',
      campaigns: null,
      expiresAt: 1_800_000_000_000,
    }));

  it.each([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    ['a', ['a']],
    [undefined, []],
  ])('that is granted %j sees %j only', (campaign, seen) =>
    expect(readToken(token({ ...claims, campaign_scope: 'granted', campaign }))?.campaigns).toEqual(seen),
  );

  it.each(['', 'a.b.c', 'x.e30.y', token({ ...claims, exp: 'soon' })])('%j is none', (text) => expect(readToken(text)).toBeNull());
});

describe('roles', () => {
  it('open pages as the gateway does', () => {
    const allowed = (role: string) => {
      const session = readToken(token({ ...claims, role }));
      return session ? (['dashboards', 'live', 'analytics', 'signed-in'] as const).filter((policy) => may(session, policy)) : [];
    };
    expect(allowed('executive')).toEqual(['dashboards', 'live', 'signed-in']);
    expect(allowed('operator')).toEqual(['signed-in']);
    expect(allowed('compliance_officer')).toEqual(['live', 'signed-in']);
    expect(allowed('something new')).toEqual(['signed-in']);
  });
});

describe('a failed log-in', () => {
  it.each([
    [new Problem(401, 'x'), 'The user name or the password is wrong.', null],
    [new Problem(429, 'x', null, 30), 'Too many wrong passwords.', 'Try again in 30 seconds.'],
    [
      new Problem(503, 'The gateway is still preparing its user directory.'),
      'The gateway is still preparing its user directory.',
      'Try again in a few seconds.',
    ],
    [new Problem(0, 'You are offline.', 'The page goes on.'), 'You are offline.', 'The page goes on.'],
  ])('%s', (problem, title, detail) => expect(loginMessage(problem)).toEqual({ title, detail }));
});
