import { useEffect, useReducer, useRef, useState } from 'react';
import { apply, type Live, nothingYet } from './model';
import { follow, type StreamState } from './stream';

/** The live numbers, and how the stream is. `onChange` is called when the numbers moved after the first time. */
export function useLive(onChange?: () => void): { live: Live; state: StreamState } {
  const [live, push] = useReducer(apply, nothingYet);
  const [state, setState] = useState<StreamState>({ kind: 'connecting' });
  const changed = useRef(onChange);
  useEffect(() => {
    changed.current = onChange;
  }, [onChange]);

  useEffect(() => {
    const ending = new AbortController();
    let seen = '';
    void follow({
      path: '/v1/live',
      signal: ending.signal,
      onState: setState,
      onEvent: (event) => {
        push(event);
        if (event.event !== 'counters') return;
        if (seen && seen !== event.id) changed.current?.();
        seen = event.id;
      },
    });
    return () => ending.abort();
  }, []);

  return { live, state };
}
