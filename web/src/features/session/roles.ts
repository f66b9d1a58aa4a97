import type { Role, Session } from './session';

const names: Record<Role, string> = {
  administrator: 'Administrator',
  executive: 'Executive',
  analyst: 'Analyst',
  operator: 'Operator',
  compliance_officer: 'Compliance officer',
};

export const roleName = (role: Role): string => names[role] ?? role;

/** The gateway's policies that pages need; it checks them too, this only spares people a refusal. */
export type Policy = 'signed-in' | 'dashboards' | 'live' | 'analytics';

const allowed: Record<Policy, readonly Role[] | 'everybody'> = {
  'signed-in': 'everybody',
  live: ['administrator', 'analyst', 'executive', 'compliance_officer'],
  analytics: ['administrator', 'analyst'],
  dashboards: ['administrator', 'analyst', 'executive'],
};

export function may(session: Session, policy: Policy): boolean {
  const roles = allowed[policy];
  return roles === 'everybody' || roles.includes(session.role);
}

/** Compliance officers work with people's data and see no revenue. */
export const seesRevenue = (session: Session): boolean => session.role !== 'compliance_officer';
