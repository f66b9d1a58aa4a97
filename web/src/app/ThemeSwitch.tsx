import { useState } from 'react';
import { Icon, type IconName } from '@/ui/Icon';
import styles from './ThemeSwitch.module.css';

type Theme = 'system' | 'light' | 'dark';

const themes: readonly { id: Theme; name: string; icon: IconName }[] = [
  { id: 'system', name: 'As the system', icon: 'system' },
  { id: 'light', name: 'Light', icon: 'sun' },
  { id: 'dark', name: 'Dark', icon: 'moon' },
];

const key = 'qr.theme'; // public/theme.js reads it before the first paint

function chosen(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

function apply(theme: Theme): void {
  if (theme === 'system') {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(key);
  } else {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(key, theme);
  }
}

/** System, light or dark; remembered in this browser. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(chosen);

  function choose(next: Theme) {
    apply(next);
    setTheme(next);
  }

  return (
    <fieldset className={styles.switch}>
      <legend className="visually-hidden">Theme</legend>
      {themes.map(({ id, name, icon }) => (
        <label key={id} title={name}>
          <input type="radio" name="theme" value={id} checked={theme === id} onChange={() => choose(id)} />
          <span>
            <Icon name={icon} size={16} />
            <span className="visually-hidden">{name}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
