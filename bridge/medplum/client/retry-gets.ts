import type { Fetch } from './paced-fetch.ts';
import { BRIEF_WAITS_MS, retryRead } from './retry-read.ts';

/**
 * Wraps `fetch` so that a GET whose reply was lost is sent again a few times, over about a second: reading changes nothing,
 * and whoever reads in the midst of a job need not lose the job for it. All others pass as they are.
 */
export function retryGets(fetch: Fetch, waitsMs = BRIEF_WAITS_MS): Fetch {
  return (url, init) => {
    const isGet = (init?.method ?? 'GET') === 'GET';
    return isGet ? retryRead(() => fetch(url, init), init?.signal ?? undefined, waitsMs) : fetch(url, init);
  };
}
