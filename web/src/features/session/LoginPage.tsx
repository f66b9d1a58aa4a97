import { useRef, useState } from 'react';
import { Problem } from '@/lib/problem';
import { Button } from '@/ui/Button';
import { Mark } from '@/ui/Mark';
import { Notice } from '@/ui/Notice';
import { logIn, loginMessage } from './api';
import { lastEnding } from './session';
import styles from './LoginPage.module.css';

/** Asks for name and password. `onDone` is called once the session has begun. */
export function LoginPage({ onDone }: { onDone: () => void }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const password = useRef<HTMLInputElement>(null);
  const ending = lastEnding();

  async function submit(event: React.SyntheticEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    try {
      await logIn(String(form.get('username')), String(form.get('password')));
      onDone();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, 'Something went wrong.', String(error)));
      setBusy(false);
      password.current?.select();
    }
  }

  const message = problem ? loginMessage(problem) : null;
  return (
    <main className={styles.page} id="main">
      <div className={styles.card}>
        <div className={styles.brand}>
          <Mark size={36} />
          <span>QrPlatform</span>
        </div>
        <h1 className={styles.title}>Log in</h1>
        {message ? (
          <Notice kind="error" title={message.title} detail={message.detail} />
        ) : ending === 'expired' ? (
          <Notice kind="info" title="Your session has expired." detail="Log in again to go on where you were." />
        ) : ending === 'logged-out' ? (
          <Notice kind="info" title="You are logged out." />
        ) : null}
        <form onSubmit={(event) => void submit(event)} className={styles.form}>
          <label htmlFor="username">User name</label>
          <input id="username" name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} required maxLength={1024} />
          <label htmlFor="password">Password</label>
          <input id="password" name="password" type="password" autoComplete="current-password" required maxLength={1024} ref={password} />
          <Button type="submit" kind="primary" isBusy={isBusy}>
            {isBusy ? 'Logging in …' : 'Log in'}
          </Button>
        </form>
      </div>
      <p className={styles.foot}>Scans of QR codes, as numbers to decide by.</p>
    </main>
  );
}
