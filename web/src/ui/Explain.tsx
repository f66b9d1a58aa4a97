import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Icon } from './Icon';
import styles from './Explain.module.css';

/** A small button that explains what it stands beside; opens by click, key or touch, closes by Escape or elsewhere. */
export function Explain({ label, children, align = 'start' }: { label: string; children: ReactNode; align?: 'start' | 'end' }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const root = useRef<HTMLSpanElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!isOpen) return;
    const away = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener('pointerdown', away);
    document.addEventListener('focusin', away);
    document.addEventListener('keydown', escape);
    return () => {
      document.removeEventListener('pointerdown', away);
      document.removeEventListener('focusin', away);
      document.removeEventListener('keydown', escape);
    };
  }, [isOpen]);

  return (
    <span className={`${styles.root} no-print`} ref={root}>
      <button
        type="button"
        className={styles.button}
        aria-expanded={isOpen}
        aria-controls={id}
        aria-label={label}
        ref={button}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="info" size={15} />
      </button>
      <span id={id} className={styles.bubble} data-align={align} hidden={!isOpen} role="note">
        {children}
      </span>
    </span>
  );
}
