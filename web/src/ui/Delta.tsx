import type { Change } from '@/lib/format';
import styles from './Delta.module.css';

/** A change: its direction by arrow, sign and word, by colour only besides. */
export function Delta({ change, isGoodWhenUp = true, isPlain = false }: { change: Change; isGoodWhenUp?: boolean; isPlain?: boolean }) {
  const { direction, text, words } = change;
  const tone = direction === 'up' ? (isGoodWhenUp ? 'good' : 'bad') : direction === 'down' ? (isGoodWhenUp ? 'bad' : 'good') : 'even';
  return (
    <span className={[styles.delta, styles[tone], isPlain ? styles.plain : ''].join(' ')}>
      {direction === 'up' || direction === 'down' ? (
        <svg width="9" height="9" viewBox="0 0 10 10" aria-hidden="true">
          <path d={direction === 'up' ? 'M5 1.2 9 8.2H1z' : 'M5 8.8 1 1.8h8z'} fill="currentColor" />
        </svg>
      ) : null}
      <span aria-hidden="true">{text}</span>
      <span className="visually-hidden">{words}</span>
    </span>
  );
}
