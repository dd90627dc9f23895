import { PermanentError } from '../errors.ts';

/**
 * Lends a signal that Ctrl-C (or SIGTERM) aborts, so that what was begun is ended in order and no file stays behind. A
 * second one ends the process at once.
 */
export async function withStopSignal<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort(new PermanentError('stopped', 'stopped by hand; the next run goes on here'));
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.once(name, stop);
  try {
    return await work(stopping.signal);
  } finally {
    for (const name of signals) process.off(name, stop);
  }
}
