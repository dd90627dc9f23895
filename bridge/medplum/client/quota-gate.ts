/** What a reply says of a limit: how much is left, and in how many seconds all of it returns. */
export interface Quota {
  readonly unitsLeft: number;
  readonly resetSeconds: number;
}

/** A window that ends this much later than the one known is another one: the server rounds up to seconds. */
const SAME_WINDOW_MS = 2_000;

/**
 * Decides whether a request fits what is left of a limit, counting what is under way as spent. Of a window of which
 * nothing is known yet, as much is taken as was seen to fit into one; more only when nothing else is under way, so that
 * what is dearer than the whole limit is tried once a window, and the reply tells.
 */
export class QuotaGate {
  #left: number | undefined;
  #resetAt = 0;
  /** The most that is known to have fitted into a window. */
  #total = 0;
  #pending = 0;
  #requests = 0;
  #isLimited = false;

  /** Milliseconds until a request of this cost may go; 0: now. What is under way may make it sooner. */
  waitMs(cost: number, now: number): number {
    if (cost === 0 || !this.#isLimited) return 0;
    if (now >= this.#resetAt) this.#left = undefined;
    const room = (this.#left ?? this.#total) - this.#pending;
    if (cost <= room) return 0;
    if (this.#left === undefined) return this.#requests === 0 ? 0 : SAME_WINDOW_MS;
    return this.#resetAt - now;
  }

  /** Whether a request of this cost waits because of the limit, not of what is under way. */
  isSpent(cost: number): boolean {
    return this.#left !== undefined && cost > this.#left;
  }

  /** Whether a request of this cost is dearer than all that was ever seen to fit into a window. */
  isTooDear(cost: number): boolean {
    return this.#isLimited && cost > this.#total;
  }

  start(cost: number): void {
    this.#pending += cost;
    this.#requests += cost > 0 ? 1 : 0;
  }

  /**
   * `said` is what the reply told. Undefined when it told nothing, as Medplum's about a Binary, or was lost: then the cost
   * counts as spent.
   */
  end(cost: number, said: Quota | undefined, now: number): void {
    this.#pending -= cost;
    this.#requests -= cost > 0 ? 1 : 0;
    if (!said) {
      if (this.#left !== undefined) this.#left = Math.max(0, this.#left - cost);
      return;
    }
    this.#isLimited = true;
    const resetAt = now + said.resetSeconds * 1000;
    const isSame = this.#left !== undefined && resetAt <= this.#resetAt + SAME_WINDOW_MS;
    // Replies may overtake each other: within a window less and less is left.
    this.#left = isSame ? Math.min(this.#left ?? 0, said.unitsLeft) : said.unitsLeft;
    this.#resetAt = isSame ? this.#resetAt : resetAt;
    this.#total = Math.max(this.#total, said.unitsLeft + (said.unitsLeft > 0 ? cost : 0));
  }

  /** A refusal: nothing fits until then. */
  close(ms: number, now: number): void {
    this.#isLimited = true;
    this.#left = 0;
    this.#resetAt = now + ms;
  }
}
