import type { ReactNode } from 'react';
import styles from './DataTable.module.css';
import { type Direction, sorted } from './sort';

export type TableColumn<Row, Id extends string> = {
  id: Id;
  name: string;
  /** Numbers stand right. */
  isNumber?: boolean;
  /** What rows are sorted by. */
  sortBy: (row: Row) => string | number | null;
  cell: (row: Row) => ReactNode;
  total?: ReactNode;
  explain?: ReactNode;
};

type Props<Row, Id extends string> = {
  caption: string;
  columns: readonly TableColumn<Row, Id>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  sort?: { column: Id; direction: Direction } | undefined;
  onSort?: (column: Id, direction: Direction) => void;
  hasTotals?: boolean;
};

/** A table whose first column names the row. Headings sort it where `onSort` is given; numbers begin with the largest. */
export function DataTable<Row, Id extends string>({ caption, columns, rows, keyOf, sort, onSort, hasTotals = false }: Props<Row, Id>) {
  const by = columns.find((column) => column.id === sort?.column);
  const shown = by && sort ? sorted(rows, by.sortBy, sort.direction) : rows;
  return (
    // What scrolls has to be reached by the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.frame} role="group" aria-label={caption} tabIndex={0}>
      <table className={styles.table}>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => {
              const isSorted = column.id === sort?.column;
              const next: Direction = isSorted ? (sort.direction === 'asc' ? 'desc' : 'asc') : column.isNumber ? 'desc' : 'asc';
              return (
                <th
                  key={column.id}
                  scope="col"
                  className={column.isNumber ? styles.number : undefined}
                  aria-sort={isSorted ? (sort.direction === 'asc' ? 'ascending' : 'descending') : undefined}
                >
                  <span className={styles.heading}>
                    {onSort ? (
                      <button type="button" className={styles.sort} onClick={() => onSort(column.id, next)}>
                        {column.name}
                        <svg width="8" height="8" viewBox="0 0 10 10" aria-hidden="true" data-on={isSorted || undefined}>
                          <path d={isSorted && sort.direction === 'asc' ? 'M5 1.5 9 8H1z' : 'M5 8.5 1 2h8z'} fill="currentColor" />
                        </svg>
                      </button>
                    ) : (
                      column.name
                    )}
                    {column.explain}
                  </span>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column, index) =>
                index === 0 ? (
                  <th key={column.id} scope="row">
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.id} className={column.isNumber ? styles.number : undefined}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
        {hasTotals ? (
          <tfoot>
            <tr>
              {columns.map((column, index) =>
                index === 0 ? (
                  <th key={column.id} scope="row">
                    {column.total}
                  </th>
                ) : (
                  <td key={column.id} className={column.isNumber ? styles.number : undefined}>
                    {column.total}
                  </td>
                ),
              )}
            </tr>
          </tfoot>
        ) : null}
      </table>
    </div>
  );
}
