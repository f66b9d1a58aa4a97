import type { ComponentProps } from 'react';
import styles from './Button.module.css';

type Props = ComponentProps<'button'> & { kind?: 'primary' | 'plain' | 'quiet'; isBusy?: boolean };

/** A busy button stays where the keyboard is, and takes no second click. */
export function Button({ kind = 'plain', isBusy = false, className, onClick, type = 'button', ...rest }: Props) {
  return (
    <button
      type={type}
      className={[styles.button, styles[kind], className].filter(Boolean).join(' ')}
      aria-disabled={isBusy || undefined}
      onClick={(event) => {
        if (isBusy) event.preventDefault();
        else onClick?.(event);
      }}
      {...rest}
    />
  );
}
