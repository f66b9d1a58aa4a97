export type Direction = 'asc' | 'desc';

/** Sorts a copy; missing values come last in both directions, equal ones stay in order. */
export function sorted<T>(rows: readonly T[], value: (row: T) => string | number | null, direction: Direction): T[] {
  const sign = direction === 'asc' ? 1 : -1;
  return rows.toSorted((left, right) => {
    const a = value(left);
    const b = value(right);
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    if (typeof a === 'string' && typeof b === 'string') return sign * a.localeCompare(b, 'en', { sensitivity: 'base', numeric: true });
    return a === b ? 0 : sign * (a < b ? -1 : 1);
  });
}
