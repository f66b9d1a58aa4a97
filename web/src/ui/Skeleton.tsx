import styles from './Skeleton.module.css';

/** Keeps the place of something that is being loaded. */
export function Skeleton({ height, width = '100%' }: { height: string; width?: string }) {
  return <span className={styles.skeleton} style={{ height, width }} aria-hidden="true" />;
}
