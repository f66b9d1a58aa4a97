import type { ReactNode } from 'react';
import styles from './Card.module.css';

type Props = {
  title: string;
  explain?: ReactNode;
  takeaway?: string | undefined;
  facts?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
};

/** A part of a page with a heading, what to take from it, and, below, what it is made of: unit, period, comparison, moment. */
export function Card({ title, explain, takeaway, facts, actions, children, className }: Props) {
  return (
    <section className={[styles.card, className].filter(Boolean).join(' ')} aria-label={title}>
      <header className={styles.header}>
        <div className={styles.title}>
          <h2>{title}</h2>
          {explain}
        </div>
        {actions ? <div className={styles.actions}>{actions}</div> : null}
      </header>
      {takeaway ? <p className={styles.takeaway}>{takeaway}</p> : null}
      {children}
      {facts ? <p className={styles.facts}>{facts}</p> : null}
    </section>
  );
}
