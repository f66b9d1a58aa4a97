import type { Policy } from '@/features/session/roles';
import type { IconName } from '@/ui/Icon';

/** The pages that exist, in order. A new page is a line here and a route in router.tsx. */
export const pages = [
  { path: '/', name: 'Overview', icon: 'overview', policy: 'live' },
  { path: '/definitions', name: 'Definitions', icon: 'definitions', policy: 'dashboards' },
  { path: '/status', name: 'Status', icon: 'status', policy: 'signed-in' },
] as const satisfies readonly { path: string; name: string; icon: IconName; policy: Policy }[];

export type PagePath = (typeof pages)[number]['path'];
