import { setTimeout as sleep } from 'node:timers/promises';
import type { MedplumClient } from '@medplum/core';
import { type Quota, QuotaGate } from './quota-gate.ts';

export interface Pacing {
  /** Called with what each reply says of the quota. */
  readonly onQuota?: (quota: Quota) => void;
  /** Called before every wait for the server's quota, so that a person sees why nothing moves. */
  readonly onWait?: (waitMs: number) => void;
}

/** How long a refusal that names no time is waited for. */
const UNNAMED_MS = 5_000;

/**
 * Holds requests to one server back until its limits have room for them, whoever sends them and by whatever means: a dear
 * one waits for the window to turn over, cheaper ones pass it.
 * Source: medplum-server rate limiting docs (`RateLimit: "requests";r=59990;t=60, "fhirInteractions";r=49000;t=58`).
 */
export class Pacer {
  readonly #units = new QuotaGate();
  readonly #requests = new QuotaGate();
  readonly #pacing: Pacing;
  #ended = Promise.withResolvers<void>();
  /** The end of the wait that was last told: requests in flight wait together, and one of them says so. */
  #announced = 0;
  /** How often requests have waited for the server's quota so far. */
  waits = 0;

  constructor(pacing: Pacing = {}) {
    this.#pacing = pacing;
  }

  /** Waits for room for a request of this cost in quota units, and takes it. Rejects when the signal is raised. */
  async admit(cost: number, signal?: AbortSignal): Promise<void> {
    for (;;) {
      const now = Date.now();
      const waitMs = Math.max(this.#units.waitMs(cost, now), this.#requests.waitMs(1, now));
      if (waitMs <= 0) break;
      if (this.#units.isSpent(cost) || this.#requests.isSpent(1)) this.#tell(now, waitMs);
      await settledOr(this.#ended.promise, waitMs, signal);
    }
    this.#units.start(cost);
    this.#requests.start(1);
  }

  /** To be told of every request that was admitted: its reply's `RateLimit` header, undefined when the reply was lost. */
  leave(cost: number, header: string | undefined): void {
    const quota = readQuota(header, 'fhirInteractions');
    this.#units.end(cost, quota, Date.now());
    this.#requests.end(1, readQuota(header, 'requests'), Date.now());
    this.#ended.resolve();
    this.#ended = Promise.withResolvers();
    if (quota) this.#pacing.onQuota?.(quota);
  }

  /** A reply was 429: nothing goes out for so many milliseconds, or as long as its header says. */
  refused(header: string | undefined, waitMs?: number): void {
    const quota = readQuota(header, 'fhirInteractions');
    const closedMs = waitMs ?? (quota ? quota.resetSeconds * 1000 : UNNAMED_MS);
    for (const gate of [this.#units, this.#requests]) gate.close(closedMs, Date.now());
  }

  /** Whether no window was ever seen to hold a request of this cost. */
  isTooDear(cost: number): boolean {
    return this.#units.isTooDear(cost);
  }

  #tell(now: number, waitMs: number): void {
    if (now + waitMs - this.#announced > 1_000) {
      this.waits++;
      this.#pacing.onWait?.(waitMs);
    }
    this.#announced = Math.max(this.#announced, now + waitMs);
  }
}

const pacers = new WeakMap<MedplumClient, Pacer>();

/** Notes by what a client's requests are paced. */
export function setPacer(medplum: MedplumClient, pacer: Pacer): void {
  pacers.set(medplum, pacer);
}

/** By what a client's requests are paced, for those that go to its server past it. */
export function pacerOf(medplum: MedplumClient): Pacer | undefined {
  return pacers.get(medplum);
}

/** What the `RateLimit` header says of one limit; undefined when it does not name it. */
export function readQuota(header: string | null | undefined, name: 'fhirInteractions' | 'requests'): Quota | undefined {
  const window = new RegExp(`"${name}";r=(\\d+);t=(\\d+)`).exec(header ?? '');
  return window ? { unitsLeft: Number(window[1]), resetSeconds: Number(window[2]) } : undefined;
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
