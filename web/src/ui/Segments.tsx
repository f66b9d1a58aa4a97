import { useId } from 'react';
import styles from './Segments.module.css';

type Props<T extends string> = { label: string; options: readonly { id: T; name: string }[]; value: T; onChange: (value: T) => void };

/** One of a few, all to be seen. */
export function Segments<T extends string>({ label, options, value, onChange }: Props<T>) {
  const name = useId();
  return (
    <fieldset className={`${styles.segments} no-print`}>
      <legend className="visually-hidden">{label}</legend>
      {options.map((option) => (
        <label key={option.id}>
          <input type="radio" name={name} value={option.id} checked={option.id === value} onChange={() => onChange(option.id)} />
          <span>{option.name}</span>
        </label>
      ))}
    </fieldset>
  );
}
