import { estimateCost } from './estimate-cost.ts';
import { Pacer } from './pacer.ts';

/** The part of `fetch` that MedplumClient uses. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** How often one request may be refused with 429 before its refusal is passed on: a stock quota takes hours. */
const MOST_REFUSALS = 100;

/** A gateway that says hours is asked again sooner. */
const LONGEST_NAMED_MS = 10 * 60_000;

/** Quota units of a window that stay unused, for estimates: a full bundle of updates costs 10,000 and no longer fits. */
export const RESERVE_UNITS = 10_000;

/**
 * Wraps `fetch` so that it obeys Medplum's limits: a request whose estimated cost does not fit waits until the pacer has room
 * for it. One that was refused with 429 is repeated when the server says. A 429 was refused before anything ran, so
 * repeating it is safe for writes too; a transaction's units are spent all the same.
 */
export function pacedFetch(fetch: Fetch, pacer = new Pacer(), mostRefusals = MOST_REFUSALS): Fetch {
  return async (url, init) => {
    const cost = estimateCost(url, init);
    for (let refusals = 0; ; refusals++) {
      await pacer.admit(cost, init?.signal ?? undefined);
      let response: Response | undefined;
      try {
        response = await fetch(url, init);
      } finally {
        pacer.leave(cost, response?.headers.get('ratelimit') ?? undefined);
      }
      // Waiting does not help what no window holds: whoever sent it may send less at once.
      if (response.status !== 429 || refusals >= (pacer.isTooDear(cost) ? 1 : mostRefusals)) return response;
      pacer.refused(response.headers.get('ratelimit') ?? undefined, await namedMs(response.clone()));
    }
  };
}

/**
 * Milliseconds until a refused request may be repeated, by `_msBeforeNext` in the outcome's diagnostics, or by what a gateway
 * before the server says: Retry-After, in seconds or as a date (RFC 9110, 10.2.3).
 */
async function namedMs(response: Response): Promise<number | undefined> {
  const named = /_msBeforeNext\D{1,4}(\d+)/.exec(await response.text());
  if (named) return Number(named[1]) + 50;
  const retryAfter = response.headers.get('retry-after') ?? '';
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_NAMED_MS);
}
