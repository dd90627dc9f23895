import { randomUUID } from 'node:crypto';
import type { MedplumClient } from '@medplum/core';
import type { Basic } from '@medplum/fhirtypes';
import { PermanentError } from '../../errors.ts';
import { pacerOf } from '../../medplum/client/pacer.ts';
import { type FlightLimit, MOST_IN_FLIGHT } from './flight-limit.ts';
import { type Committed, Lane } from './lane.ts';
import { fenceOff, findLanes, IMPORT_RUNNING, laneState } from './lane-basic.ts';

/** One sequence of transactions, fenced or counted. */
export type Transactor = Pick<Lane, 'transact'>;

/**
 * A lane has moved since this run looked, and this run has written nothing: what it matched may be outdated. A live run did
 * it, or one that was killed and whose last request arrived late.
 */
export class LanesMoved extends PermanentError {}

/** Where a load sends its bundles. */
export interface Lanes {
  claim(): Promise<void>;
  acquire(): Promise<Transactor>;
  release(lane: Transactor): void;
  /** Only for a run whose transactions have all ended. */
  park(): Promise<void>;
}

/**
 * The lanes of one run. Opening it fences off whatever an earlier run of the same namespace left in flight; the lanes
 * themselves are taken when the first bundle needs them, so that a run which has nothing to write writes nothing.
 */
export class LanePool implements Lanes {
  readonly #medplum: MedplumClient;
  readonly #namespace: string;
  readonly #flight: FlightLimit;
  readonly #run = randomUUID();
  readonly #seen: readonly (Basic | undefined)[];
  readonly #free: Lane[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #taken: Lane[] = [];
  /** One take at a time, in the order of their numbers: two runs meet at one of them, and one gives way. */
  #taking: Promise<unknown> = Promise.resolve();
  #busy = 0;

  private constructor(
    medplum: MedplumClient,
    namespace: string,
    flight: FlightLimit,
    seen: readonly (Basic | undefined)[],
  ) {
    this.#medplum = medplum;
    this.#namespace = namespace;
    this.#flight = flight;
    this.#seen = seen;
  }

  /** `flight`: how many of the lanes this run may use at once. All that exist are fenced off. */
  static async open(medplum: MedplumClient, namespace: string, flight: FlightLimit): Promise<LanePool> {
    const seen = await findLanes(medplum, namespace, MOST_IN_FLIGHT);
    const pool = new LanePool(medplum, namespace, flight, seen);
    for (const [number, lane] of seen.entries()) {
      if (lane) seen[number] = await fenceOff(medplum, lane, pool.#run);
    }
    return pool;
  }

  /** A lane without a bundle under way; waits for one when as many are busy as may be at this time. */
  async acquire(): Promise<Lane> {
    while (this.#busy >= this.#flight.limit) await new Promise<void>((go) => this.#waiting.push(go));
    this.#busy++;
    const taking = this.#taking.then(() => this.#next());
    this.#taking = taking.catch(() => undefined);
    return taking;
  }

  release(lane: Lane): void {
    this.#free.push(lane);
    this.#busy--;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Parks every lane that was taken. Only for a run whose transactions have all ended. */
  async park(): Promise<void> {
    await Promise.all(this.#taken.map((lane) => lane.park()));
  }

  /**
   * The run that holds every lane, and so was the last that wrote into the namespace; undefined while that cannot be told.
   */
  get lastRun(): string | undefined {
    if (this.#taken.length > 0) return this.#run;
    const states = this.#seen.flatMap((lane) => (lane ? laneState(lane) : []));
    const runs = new Set(states.map(({ run, isParked }) => (isParked ? run : '')));
    const [only] = runs;
    return runs.size === 1 && only ? only : undefined;
  }

  /** Makes this run the one that writes: one that looked before it will write nothing more. */
  async claim(): Promise<void> {
    this.release(await this.acquire());
  }

  async #next(): Promise<Lane> {
    if (this.#taken.length === 0) await this.#takeFirst();
    return this.#free.pop() ?? this.#take(this.#taken.length);
  }

  /**
   * Before anything is written the run must hold every lane that there is, and the first that there is not: another run that
   * has been active since this one looked has either moved one of those, or opened that one.
   */
  async #takeFirst(): Promise<void> {
    const known = this.#seen.findLastIndex((lane) => lane !== undefined) + 1;
    const count = Math.max(known, Math.min(known + 1, this.#flight.most));
    try {
      for (let number = 0; number < count; number++) this.#free.unshift(await this.#take(number));
    } catch (error) {
      const isMoved = error instanceof PermanentError && error.code === IMPORT_RUNNING;
      throw isMoved ? new LanesMoved(error.code, error.message) : error;
    }
  }

  async #take(number: number): Promise<Lane> {
    const onEnd = (ended: Committed, entries: number) => this.#onEnd(ended, entries);
    const lane = await Lane.take(this.#medplum, this.#namespace, number, this.#run, this.#seen[number], onEnd);
    this.#taken.push(lane);
    return lane;
  }

  #onEnd(ended: Committed, entries: number): void {
    // Refused for what it says, or because somebody edited it meanwhile (412): the server had its work all the same.
    const isTroubled =
      ended.kind === 'refused' ? [409, 429].includes(ended.status) : !('reply' in ended && ended.reply);
    this.#flight.ended({
      at: performance.now(),
      resources: isTroubled ? 0 : entries,
      isTroubled,
      isAwaited: this.#waiting.length > 0,
      quotaWaits: pacerOf(this.#medplum)?.waits ?? 0,
    });
  }
}
