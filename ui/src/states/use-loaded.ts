import { useCallback, useEffect, useState } from 'react';

export interface Loaded<T> {
  /** Undefined until there is an answer to the newest `load`. */
  readonly value: T | undefined;
  readonly error: unknown;
  readonly reload: () => void;
}

interface State<T> {
  readonly of: unknown;
  readonly value?: T;
  readonly error?: unknown;
}

/**
 * Asks once, and again when asked to.
 *
 * @param load - Must keep its identity between renders (`useCallback`): a new one starts over.
 */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<State<T>>({ of: undefined });
  const [request, setRequest] = useState({});
  const reload = useCallback(() => setRequest({}), []);

  useEffect(() => {
    let current = request !== undefined;
    load().then(
      (value) => current && setState({ of: load, value }),
      (error: unknown) => current && setState({ of: load, error }),
    );
    return () => {
      current = false;
    };
  }, [load, request]);

  // An answer to an earlier question is none to this one.
  const answer = state.of === load ? state : undefined;
  return { value: answer?.value, error: answer?.error, reload };
}
