import { setTimeout as wait } from 'node:timers/promises';

const PATIENCE_MS = 60_000;
const AGAIN_MS = 150;

/** What a person wants of the API. */
export interface Wish {
  readonly method: 'POST' | 'DELETE';
  readonly url: string;
  readonly token: string;
  readonly body?: object;
  /** Whether a refusal with this status is the last word; it never is when absent. */
  readonly isRefused?: (status: number) => Promise<boolean>;
}

/**
 * As somebody does who sees that it did not work: the same once more, until it works. Gives the answer, undefined after a
 * refusal that is the last word. Throws Error when it never works.
 */
export async function insist({ method, url, token, body, isRefused }: Wish): Promise<unknown> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  let last = '';
  return lookUntil(
    async () => {
      const signal = AbortSignal.timeout(15_000);
      const init = { method, headers, signal, ...(body && { body: JSON.stringify(body) }) };
      const answer = await fetch(url, init).catch((error: Error) => {
        last = error.name;
        throw error;
      });
      if (answer.ok) return { said: await answer.json() };
      last = `${answer.status}`;
      await answer.body?.cancel();
      return (await isRefused?.(answer.status)) ? { said: undefined } : undefined;
    },
    () => `${method} ${new URL(url).pathname} works (${last})`,
  ).then(({ said }) => said);
}

/**
 * Looks again and again until there is something to be seen; whoever is asked may be dead at the moment.
 *
 * @param what - What is waited for; said when it never comes.
 * @throws Error when the patience is over.
 */
export async function lookUntil<T>(look: () => Promise<T | undefined>, what: () => string): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  let last = '';
  while (performance.now() < until) {
    const seen = await look().catch((error: unknown) => {
      last = error instanceof Error ? `: ${error.name}` : '';
      return undefined;
    });
    if (seen !== undefined) return seen;
    await wait(AGAIN_MS);
  }
  throw new Error(`nobody lived to see that ${what()} within ${PATIENCE_MS / 1000} s${last}`);
}
