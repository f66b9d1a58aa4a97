import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect, useNavigate } from '@tanstack/react-router';
import { readOverviewSearch } from '@/features/overview/search';
import { LoginPage } from '@/features/session/LoginPage';
import { may } from '@/features/session/roles';
import { session } from '@/features/session/session';
import { pages } from './navigation';
import { Broken, NotFound } from './Outcomes';
import { Shell } from './Shell';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: Broken });

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    // Only into this application: "//elsewhere" is another site.
    typeof search.next === 'string' && /^\/(?![/\\])/.test(search.next) ? { next: search.next } : {},
  beforeLoad: ({ search }) => {
    if (session()) throw redirect({ href: search.next ?? '/' });
  },
  component: function Login() {
    const navigate = useNavigate();
    const { next } = login.useSearch();
    return <LoginPage onDone={() => void navigate({ href: next ?? '/', replace: true })} />;
  },
});

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: ({ location }) => {
    if (!session()) throw redirect({ to: '/login', search: location.href === '/' ? {} : { next: location.href } });
  },
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: Broken,
});

const overview = createRoute({
  getParentRoute: () => inside,
  path: '/',
  validateSearch: readOverviewSearch,
  beforeLoad: () => {
    // People whose role has no dashboards begin at the first page that they have.
    const who = session();
    const first = who ? pages.find((page) => may(who, page.policy)) : null;
    if (first && first.path !== '/') throw redirect({ to: first.path });
  },
  component: lazyRouteComponent(() => import('./OverviewRoute'), 'OverviewRoute'),
});

const definitions = createRoute({
  getParentRoute: () => inside,
  path: '/definitions',
  component: lazyRouteComponent(() => import('@/features/definitions/DefinitionsPage'), 'DefinitionsPage'),
});

const status = createRoute({
  getParentRoute: () => inside,
  path: '/status',
  component: lazyRouteComponent(() => import('@/features/status/StatusPage'), 'StatusPage'),
});

// Within the frame, so that there is a way on.
const unknown = createRoute({ getParentRoute: () => inside, path: '$', component: NotFound });

export const router = createRouter({
  routeTree: root.addChildren([login, inside.addChildren([overview, definitions, status, unknown])]),
  defaultPreload: 'intent',
  scrollRestoration: true,
  // What no page knows, or was found wrong, is dropped from an address instead of kept as it came.
  search: { strict: true },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
