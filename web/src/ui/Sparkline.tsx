import styles from './Sparkline.module.css';

const width = 120;
const height = 32;

/** The shape of a development beside its figure; both periods on one scale. The chart below says the same in full. */
export function Sparkline({ values, previous }: { values: readonly (number | null)[]; previous: readonly (number | null)[] }) {
  const all = [...values, ...previous].filter((value) => value !== null);
  if (values.length < 2 || all.length < 2) return <svg className={styles.spark} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" />;
  const top = Math.max(...all);
  const bottom = Math.min(0, ...all);
  const line = (series: readonly (number | null)[]): string =>
    series
      .map((value, index) => ({ value, x: (index / (values.length - 1)) * width }))
      .filter(({ value, x }) => value !== null && x <= width)
      .map(
        ({ value, x }, index) =>
          `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${(height - 2 - (((value ?? 0) - bottom) / (top - bottom || 1)) * (height - 4)).toFixed(1)}`,
      )
      .join('');
  return (
    <svg className={styles.spark} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={line(previous)} className={styles.previous} vectorEffect="non-scaling-stroke" />
      <path d={line(values)} className={styles.current} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
