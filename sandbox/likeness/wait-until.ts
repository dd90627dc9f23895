import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 20_000;

/** Looks again and again until there is something. @throws Error when nothing comes */
export async function waitFor<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await pause(25)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error('Waited in vain');
}
