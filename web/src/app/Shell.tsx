import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { may, roleName } from '@/features/session/roles';
import { end, type Session, useSession } from '@/features/session/session';
import { tenantOptions } from '@/lib/tenant';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { Icon } from '@/ui/Icon';
import { Mark } from '@/ui/Mark';
import { pages } from './navigation';
import styles from './Shell.module.css';
import { ThemeSwitch } from './ThemeSwitch';

/** What every page stands in: navigation, who is here, and the page. */
export function Shell() {
  const session = useSession();
  const { pathname } = useLocation();
  const [isOpen, setOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const lastPath = useRef(pathname);

  // A new page is announced by its heading, as a browser does with a new document; not when this one was loaded.
  useEffect(() => {
    if (lastPath.current === pathname) return;
    lastPath.current = pathname;
    setOpen(false);
    main.current?.focus();
  }, [pathname]);

  useEffect(() => {
    if (!isOpen) return;
    const close = (event: KeyboardEvent) => {
      if (event.key === 'Escape') setOpen(false);
    };
    document.addEventListener('keydown', close);
    return () => document.removeEventListener('keydown', close);
  }, [isOpen]);

  if (!session) return null;
  const page = pages.find(({ path }) => path === pathname);
  const isForbidden = page && !may(session, page.policy);

  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip}>
        Skip to the content
      </a>
      <header className={styles.bar}>
        <div className={styles.brand}>
          <Mark />
          <span>QrPlatform</span>
        </div>
        <Button kind="quiet" className={styles.toggle} aria-expanded={isOpen} aria-controls="navigation" onClick={() => setOpen(!isOpen)}>
          <Icon name={isOpen ? 'close' : 'menu'} size={20} />
          <span className="visually-hidden">{isOpen ? 'Close the menu' : 'Open the menu'}</span>
        </Button>
      </header>
      <Navigation session={session} isOpen={isOpen} />
      <main id="main" className={styles.main} tabIndex={-1} ref={main}>
        {isForbidden ? (
          <EmptyState
            isPage
            icon="lock"
            title={`Your role may not see ${page.name}.`}
            detail={`You are logged in as ${session.user} (${roleName(session.role)}). An administrator can give you another role.`}
          />
        ) : (
          <Outlet />
        )}
      </main>
    </div>
  );
}

function Navigation({ session, isOpen }: { session: Session; isOpen: boolean }) {
  const tenant = useQuery(tenantOptions);
  return (
    <nav id="navigation" aria-label="Pages" className={styles.sidebar} data-open={isOpen || undefined}>
      <ul className={styles.pages}>
        {pages
          .filter((page) => may(session, page.policy))
          .map((page) => (
            <li key={page.path}>
              <Link
                to={page.path}
                className={styles.page}
                activeProps={{ 'aria-current': 'page' }}
                activeOptions={{ exact: true, includeSearch: false }}
              >
                <Icon name={page.icon} />
                {page.name}
              </Link>
            </li>
          ))}
      </ul>
      <div className={styles.who}>
        <ThemeSwitch />
        <div className={styles.person}>
          <span className={styles.initial} aria-hidden="true">
            {session.user.slice(0, 1).toUpperCase()}
          </span>
          <div className={styles.names}>
            <strong>{session.user}</strong>
            <span>
              {roleName(session.role)} · {tenant.data?.name ?? session.tenant}
            </span>
          </div>
          <Button kind="quiet" className={styles.logout} onClick={() => end('logged-out')}>
            <Icon name="logout" />
            <span className="visually-hidden">Log out</span>
          </Button>
        </div>
      </div>
    </nav>
  );
}
