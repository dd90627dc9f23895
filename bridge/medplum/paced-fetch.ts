import { setTimeout as sleep } from 'node:timers/promises';

/** The part of `fetch` that MedplumClient uses. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** What a reply says of the quota that is left. */
export interface Quota {
  readonly unitsLeft: number;
  readonly resetSeconds: number;
}

export interface Pacing {
  /** Called with what each reply says of the quota. */
  readonly onQuota?: (quota: Quota) => void;
  /** Called before every wait for the server's quota, so that a person sees why nothing moves. */
  readonly onWait?: (waitMs: number) => void;
  /** How often one request may be refused with 429 before its refusal is passed on. Default 100: a stock quota takes hours. */
  readonly maxRefusals?: number;
}

/** Quota units left below which the next request waits for the window to turn over: a full bundle of updates costs 10,000. */
export const RESERVE_UNITS = 12_000;

/**
 * Wraps `fetch` so that it obeys Medplum's quota: waits when the `RateLimit` header says that the next bundle would not
 * fit, and repeats a request that was refused with 429. A 429 was refused before anything ran, so repeating it is safe
 * for writes too. Source: medplum-server rate limiting docs (`RateLimit: "fhirInteractions";r=49000;t=58`).
 */
export function pacedFetch(fetch: Fetch, pacing: Pacing = {}): Fetch {
  let notBefore = 0;
  /** The end of the wait that was last told: requests in flight wait together, and one of them says so. */
  let announced = 0;
  const wait = async (init?: RequestInit): Promise<void> => {
    const waitMs = notBefore - Date.now();
    if (waitMs <= 0) return;
    if (notBefore - announced > 1_000) pacing.onWait?.(waitMs);
    announced = notBefore;
    await sleep(waitMs, undefined, init?.signal ? { signal: init.signal } : {});
  };

  return async (url, init) => {
    for (let refusals = 0; ; refusals++) {
      await wait(init);
      const response = await fetch(url, init);
      const quota = readQuota(response.headers.get('ratelimit'));
      if (quota) pacing.onQuota?.(quota);
      if (response.status !== 429) {
        notBefore = Math.max(notBefore, Date.now() + pauseMs(response.headers.get('ratelimit')));
        return response;
      }
      if (refusals >= (pacing.maxRefusals ?? 100)) return response;
      notBefore = Date.now() + (await resetMs(response.clone()));
    }
  };
}

/** Milliseconds to wait before the next request, by the header of the last reply; 0 when there is room. */
export function pauseMs(header: string | null): number {
  const quota = readQuota(header);
  return quota && quota.unitsLeft < RESERVE_UNITS ? quota.resetSeconds * 1000 : 0;
}

function readQuota(header: string | null): Quota | undefined {
  const window = /"fhirInteractions";r=(\d+);t=(\d+)/.exec(header ?? '');
  return window ? { unitsLeft: Number(window[1]), resetSeconds: Number(window[2]) } : undefined;
}

/** Milliseconds until a refused request may be repeated: `_msBeforeNext` in the outcome's diagnostics, else the header. */
async function resetMs(response: Response): Promise<number> {
  const text = await response.text();
  const named = /_msBeforeNext\D{1,4}(\d+)/.exec(text);
  const quota = readQuota(response.headers.get('ratelimit'));
  if (named) return Number(named[1]) + 50;
  return quota ? quota.resetSeconds * 1000 : 5_000;
}
