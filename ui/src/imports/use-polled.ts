import { useDocumentVisibility } from '@mantine/hooks';
import { useCallback, useEffect, useState } from 'react';

/**
 * A pause for what is read once: it does not change, or its reading is recorded. About 25 days; what is longer a browser
 * takes for nothing.
 */
export const NEVER_AGAIN_MS = 2 ** 31 - 1;

/** How long to wait after an answer; told by a function (which is given undefined after a failure), where that depends on it. */
type Pause<T> = number | ((newest: T | undefined) => number);

export interface Polled<T> {
  /** The newest answer; stays while the next one is under way or failed, so that nothing flashes. */
  readonly value: T | undefined;
  /** Why the newest request failed; undefined after one that did not. */
  readonly error: unknown;
  readonly reload: () => void;
}

/**
 * Asks again and again, as long as the page is in view; a hidden tab asks nothing and catches up when it is shown.
 *
 * @param load - Must keep its identity between renders (`useCallback`): a new one starts over.
 * @param pauseMs - A function must keep its identity as well.
 */
export function usePolled<T>(load: () => Promise<T>, pauseMs: Pause<T>): Polled<T> {
  const visible = useDocumentVisibility() === 'visible';
  const [state, setState] = useState<Omit<Polled<T>, 'reload'>>({ value: undefined, error: undefined });
  // A fresh object each time: setting it is the request to ask now.
  const [request, setRequest] = useState({});
  const reload = useCallback(() => setRequest({}), []);

  useEffect(() => {
    if (!visible || !request) {
      return undefined;
    }
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const waitAfter = (newest: T | undefined): void => {
      timer = setTimeout(reload, typeof pauseMs === 'number' ? pauseMs : pauseMs(newest));
    };
    load().then(
      (value) => {
        if (current) {
          setState({ value, error: undefined });
          waitAfter(value);
        }
      },
      (error: unknown) => {
        if (current) {
          setState((previous) => ({ value: previous.value, error }));
          waitAfter(undefined);
        }
      },
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [load, pauseMs, visible, request, reload]);

  return { ...state, reload };
}
