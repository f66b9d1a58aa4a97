import { useEffect, useId, useRef, useState } from 'react';
import * as format from '@/lib/format';
import { type Period, type PeriodSearch, presets, rangeProblem } from '@/lib/period';
import { Button } from './Button';
import { Icon } from './Icon';
import styles from './PeriodPicker.module.css';

/** Chooses the days that a page shows: a preset, or any range. */
export function PeriodPicker({ period, today, onChange }: { period: Period; today: string; onChange: (search: PeriodSearch) => void }) {
  const [isOpen, setOpen] = useState(false);
  const panel = useId();
  const root = useRef<HTMLDivElement>(null);
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

  function choose(search: PeriodSearch) {
    onChange(search);
    setOpen(false);
    button.current?.focus();
  }

  return (
    <div className={styles.root} ref={root}>
      <Button ref={button} className={styles.button} aria-expanded={isOpen} aria-controls={panel} onClick={() => setOpen(!isOpen)}>
        <Icon name="calendar" size={16} />
        <span className={styles.name}>{period.name}</span>
        <span className={styles.range}>{format.days(period.from, period.to)}</span>
        <Icon name="chevron" size={14} />
      </Button>
      <div id={panel} className={styles.panel} hidden={!isOpen} role="group" aria-label="Period">
        <ul className={styles.presets}>
          {presets.map((preset) => (
            <li key={preset.id}>
              <button type="button" aria-pressed={period.preset === preset.id} onClick={() => choose({ period: preset.id })}>
                {preset.name}
                {period.preset === preset.id ? <Icon name="check" size={14} /> : null}
              </button>
            </li>
          ))}
        </ul>
        <CustomRange key={`${period.from}/${period.to}`} period={period} today={today} onChoose={choose} />
      </div>
    </div>
  );
}

function CustomRange({ period, today, onChoose }: { period: Period; today: string; onChoose: (search: PeriodSearch) => void }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [from, to, alert] = [useId(), useId(), useId()];

  function submit(event: React.SyntheticEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const range = { from: String(form.get('from')), to: String(form.get('to')) };
    const found = rangeProblem(range.from, range.to);
    setProblem(found);
    if (!found) onChoose(range);
  }

  return (
    <form className={styles.custom} onSubmit={submit} noValidate>
      <label htmlFor={from}>First day</label>
      <input id={from} name="from" type="date" defaultValue={period.from} max={today} aria-describedby={problem ? alert : undefined} />
      <label htmlFor={to}>Last day</label>
      <input id={to} name="to" type="date" defaultValue={period.to} max={today} aria-describedby={problem ? alert : undefined} />
      {problem ? (
        <p id={alert} role="alert" className={styles.problem}>
          {problem}
        </p>
      ) : null}
      <Button type="submit" kind="primary">
        Show this range
      </Button>
    </form>
  );
}
