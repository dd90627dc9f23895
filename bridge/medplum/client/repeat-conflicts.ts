import { setTimeout as sleep } from 'node:timers/promises';
import type { Fetch } from './paced-fetch.ts';

/** About six seconds of backing off in all: longer than any bundle holds what others wait for. */
const MOST_CONFLICTS = 7;
const FIRST_WAIT_MS = 50;

/**
 * Wraps `fetch` so that a conditional create (FHIR R4 http.html#ccreate, by the header) which Medplum refuses with 409 is sent
 * again. Medplum carries it out in a serializable transaction, and Postgres ends one of two that read and wrote the same
 * index: nothing was stored, and the sender did nothing wrong. Whatever else is refused with 409 is passed on.
 */
export function repeatConflicts(fetch: Fetch): Fetch {
  return async (url, init) => {
    const isConditionalCreate = init?.method === 'POST' && new Headers(init.headers).has('if-none-exist');
    for (let conflicts = 0; ; conflicts++) {
      const response = await fetch(url, init);
      if (response.status !== 409 || !isConditionalCreate || conflicts >= MOST_CONFLICTS) return response;
      await response.body?.cancel();
      const signal = init.signal ?? undefined;
      await sleep(FIRST_WAIT_MS * 2 ** conflicts * (0.5 + Math.random()), undefined, signal ? { signal } : {});
    }
  };
}
