import type { ReactNode } from 'react';
import { Icon } from './Icon';
import styles from './Notice.module.css';

type Props = { kind: 'info' | 'warning' | 'error'; title: string; detail?: string | null; action?: ReactNode };

/** Something that people should know now, said where it matters; errors are read out at once. */
export function Notice({ kind, title, detail, action }: Props) {
  return (
    <div className={`${styles.notice} ${styles[kind]}`} role={kind === 'error' ? 'alert' : 'status'}>
      <Icon name={kind === 'info' ? 'info' : 'warning'} />
      <div className={styles.words}>
        <strong>{title}</strong>
        {detail ? <span>{detail}</span> : null}
      </div>
      {action ? <div className={styles.action}>{action}</div> : null}
    </div>
  );
}
