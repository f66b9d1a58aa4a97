import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon';
import styles from './EmptyState.module.css';

type Props = { icon: IconName; title: string; detail?: string | null; isAlert?: boolean; isPage?: boolean; children?: ReactNode };

/** In the place of something that is not there: what, why, and what to do. A whole page's has its heading. */
export function EmptyState({ icon, title, detail, isAlert = false, isPage = false, children }: Props) {
  return (
    <div className={styles.state} role={isAlert ? 'alert' : undefined}>
      <span className={styles.icon}>
        <Icon name={icon} size={22} />
      </span>
      {isPage ? <h1>{title}</h1> : <strong>{title}</strong>}
      {detail ? <p>{detail}</p> : null}
      {children ? <div className={styles.actions}>{children}</div> : null}
    </div>
  );
}
