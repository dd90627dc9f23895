/** Transactions in flight at once, at most. */
export const MOST_IN_FLIGHT = 8;
/** What a real server on two cores takes best: 157 resources a second at 2, 194 at 4, 179 at 8. */
const FIRST_IN_FLIGHT = 4;

/** Ends a round is made of, for each bundle in flight; the first of them were sent before the round began. */
const ENDS_BEFORE = 1;
const ENDS_MEASURED = 2;
/** Rounds without a try, once a try has shown that the present number is right. */
const REST_ROUNDS = 4;
/** One more in flight must bring this much; one fewer may cost this little. */
const WORTH_MORE = 1.05;
const WORTH_FEWER = 0.98;

/** How a bundle ended. */
export interface BundleEnd {
  /** Milliseconds of any clock that only goes forward. */
  readonly at: number;
  readonly resources: number;
  /** Refused for the load (409, 429), or its reply lost. */
  readonly isTroubled: boolean;
  /** Whether another bundle was waiting for its place: else it is not the limit that holds the load back. */
  readonly isAwaited: boolean;
  /** How often requests have waited for the server's quota so far. */
  readonly quotaWaits: number;
}

interface Round {
  readonly quotaWaits: number;
  ends: number;
  startedAt: number;
  resources: number;
  troubled: number;
  awaited: number;
}

/**
 * How many bundles may be in flight: climbs while resources a second rise with the number, one step a round, and goes back
 * one when they do not; then rests and tries the other way. Halves when a round has much trouble, or when bundles take
 * twice as long as they did. A round in which the quota, or too little to send, set the speed leads nowhere higher.
 */
export class FlightLimit {
  /** What it never exceeds. */
  readonly most: number;
  #limit: number;
  #round: Round | undefined;
  #step: 1 | -1 = 1;
  #restRounds = 0;
  /** Resources a millisecond at the present number, smoothed over its rounds. */
  #rate: number | undefined;
  /** Where the step that is being tried came from. */
  #from: { readonly limit: number; readonly rate: number } | undefined;

  constructor(most: number, first = Math.min(FIRST_IN_FLIGHT, most)) {
    this.most = most;
    this.#limit = first;
  }

  get limit(): number {
    return this.#limit;
  }

  ended(end: BundleEnd): void {
    this.#round ??= { quotaWaits: end.quotaWaits, ends: 0, startedAt: 0, resources: 0, troubled: 0, awaited: 0 };
    const round = this.#round;
    round.ends++;
    if (end.isTroubled) round.troubled++;
    if (end.isAwaited) round.awaited++;
    const before = this.#limit * ENDS_BEFORE;
    if (round.ends === before) round.startedAt = end.at;
    if (round.ends > before) round.resources += end.resources;
    if (round.ends < before + this.#limit * ENDS_MEASURED) return;
    this.#round = undefined;
    this.#conclude(round, end);
  }

  #conclude(round: Round, { at, quotaWaits }: BundleEnd): void {
    const isHeldBack = quotaWaits > round.quotaWaits || round.awaited * 4 < round.ends * 3;
    if (round.troubled * 4 >= round.ends) this.#settle(Math.ceil(this.#limit / 2), 1);
    else if (!isHeldBack) this.#climb(round.resources / Math.max(1, at - round.startedAt));
    else if (this.#from) this.#settle(Math.min(this.#limit, this.#from.limit), this.#step);
  }

  #climb(rate: number): void {
    if (this.#from) this.#weigh(this.#from, rate);
    else this.#rest(rate);
  }

  /** The first round at another number. */
  #weigh(from: { readonly limit: number; readonly rate: number }, rate: number): void {
    const isWorth = rate >= from.rate * (this.#step === 1 ? WORTH_MORE : WORTH_FEWER);
    if (isWorth) this.#tryNext(rate);
    else this.#settle(from.limit, opposite(this.#step));
  }

  #rest(rate: number): void {
    const known = this.#rate ?? rate;
    this.#rate = (known + rate) / 2;
    // As many in flight at half the rate: each takes twice as long.
    if (rate < known / 2) this.#settle(Math.ceil(this.#limit / 2), 1);
    else if (this.#restRounds > 0) this.#restRounds--;
    else this.#tryNext(this.#rate);
  }

  #tryNext(rate: number): void {
    const next = this.#limit + this.#step;
    if (next < 1 || next > this.most) {
      this.#settle(this.#limit, opposite(this.#step));
    } else {
      this.#from = { limit: this.#limit, rate };
      this.#limit = next;
    }
  }

  /** Stays with this number for a while; `step` is where to look next. */
  #settle(limit: number, step: 1 | -1): void {
    this.#limit = limit;
    this.#step = step;
    this.#restRounds = REST_ROUNDS;
    this.#rate = undefined;
    this.#from = undefined;
  }
}

function opposite(step: 1 | -1): 1 | -1 {
  return step === 1 ? -1 : 1;
}
