import { setTimeout as sleep } from 'node:timers/promises';
import { estimateCost } from './estimate-cost.ts';
import { type Quota, QuotaGate } from './quota-gate.ts';

/** The part of `fetch` that MedplumClient uses. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface Pacing {
  /** Called with what each reply says of the quota. */
  readonly onQuota?: (quota: Quota) => void;
  /** Called before every wait for the server's quota, so that a person sees why nothing moves. */
  readonly onWait?: (waitMs: number) => void;
  /** How often one request may be refused with 429 before its refusal is passed on. Default 100: a stock quota takes hours. */
  readonly maxRefusals?: number;
}

/** Quota units of a window that stay unused, for estimates: a full bundle of updates costs 10,000 and no longer fits. */
export const RESERVE_UNITS = 10_000;

/**
 * Wraps `fetch` so that it obeys Medplum's limits: a request whose estimated cost does not fit what the `RateLimit` header
 * left waits for the window to turn over, cheaper ones pass it. One that was refused with 429 is repeated when the server
 * says. A 429 was refused before anything ran, so repeating it is safe for writes too; a transaction's units are spent all
 * the same. Source: medplum-server rate limiting docs (`RateLimit: "requests";r=59990;t=60, "fhirInteractions";r=49000;t=58`).
 */
export function pacedFetch(fetch: Fetch, pacing: Pacing = {}): Fetch {
  const [units, requests] = [new QuotaGate(), new QuotaGate()];
  let ended = Promise.withResolvers<void>();
  /** The end of the wait that was last told: requests in flight wait together, and one of them says so. */
  let announced = 0;

  const admit = async (cost: number, init?: RequestInit): Promise<void> => {
    for (;;) {
      const now = Date.now();
      const waitMs = Math.max(units.waitMs(cost, now), requests.waitMs(1, now));
      if (waitMs <= 0) break;
      const isSpent = units.isSpent(cost) || requests.isSpent(1);
      if (isSpent && now + waitMs - announced > 1_000) pacing.onWait?.(waitMs);
      if (isSpent) announced = Math.max(announced, now + waitMs);
      await settledOr(ended.promise, waitMs, init?.signal ?? undefined);
    }
    units.start(cost);
    requests.start(1);
  };
  const leave = (cost: number, header: string | null): void => {
    units.end(cost, readQuota(header, 'fhirInteractions'), Date.now());
    requests.end(1, readQuota(header, 'requests'), Date.now());
    ended.resolve();
    ended = Promise.withResolvers();
  };

  return async (url, init) => {
    const cost = estimateCost(url, init);
    for (let refusals = 0; ; refusals++) {
      await admit(cost, init);
      let response: Response | undefined;
      try {
        response = await fetch(url, init);
      } finally {
        leave(cost, response?.headers.get('ratelimit') ?? null);
      }
      const quota = readQuota(response.headers.get('ratelimit'), 'fhirInteractions');
      if (quota) pacing.onQuota?.(quota);
      // Waiting does not help what no window holds: whoever sent it may send less at once.
      const maxRefusals = units.isTooDear(cost) ? 1 : (pacing.maxRefusals ?? 100);
      if (response.status !== 429 || refusals >= maxRefusals) return response;
      const waitMs = await resetMs(response.clone());
      for (const gate of [units, requests]) gate.close(waitMs, Date.now());
    }
  };
}

/** What the `RateLimit` header says of one limit; undefined when it does not name it. */
export function readQuota(header: string | null, name: 'fhirInteractions' | 'requests'): Quota | undefined {
  const window = new RegExp(`"${name}";r=(\\d+);t=(\\d+)`).exec(header ?? '');
  return window ? { unitsLeft: Number(window[1]), resetSeconds: Number(window[2]) } : undefined;
}

/** Milliseconds until a refused request may be repeated: `_msBeforeNext` in the outcome's diagnostics, else the header. */
async function resetMs(response: Response): Promise<number> {
  const text = await response.text();
  const named = /_msBeforeNext\D{1,4}(\d+)/.exec(text);
  const quota = readQuota(response.headers.get('ratelimit'), 'fhirInteractions');
  if (named) return Number(named[1]) + 50;
  return quota ? quota.resetSeconds * 1000 : 5_000;
}

/** Waits until something ended, at most that long. Rejects when the signal is raised. */
async function settledOr(ended: Promise<void>, waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  const timer = new AbortController();
  const waiting = sleep(waitMs, undefined, { signal: signal ? AbortSignal.any([signal, timer.signal]) : timer.signal });
  try {
    await Promise.race([waiting, ended]);
  } finally {
    waiting.catch(() => undefined);
    timer.abort();
  }
}
