import { randomUUID } from 'node:crypto';
import type { MedplumClient } from '@medplum/core';
import type { Basic } from '@medplum/fhirtypes';
import { fenceOff, findLanes, Lane } from './lane.ts';

/** Transactions in flight at once, at most. */
export const MAX_LANES = 4;

/** One sequence of transactions, fenced or counted. */
export type Transactor = Pick<Lane, 'transact'>;

/** Where a load sends its bundles. */
export interface Lanes {
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
  readonly #limit: number;
  readonly #run = randomUUID();
  readonly #seen: readonly (Basic | undefined)[];
  readonly #free: Lane[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #taken: Lane[] = [];
  /** One take at a time, in the order of their numbers: two runs meet at one of them, and one gives way. */
  #taking: Promise<unknown> = Promise.resolve();
  #busy = 0;

  private constructor(medplum: MedplumClient, namespace: string, limit: number, seen: readonly (Basic | undefined)[]) {
    this.#medplum = medplum;
    this.#namespace = namespace;
    this.#limit = limit;
    this.#seen = seen;
  }

  /** `limit`: how many of the lanes this run may use at once. All that exist are fenced off. */
  static async open(medplum: MedplumClient, namespace: string, limit: number): Promise<LanePool> {
    const seen = await findLanes(medplum, namespace, MAX_LANES);
    const pool = new LanePool(medplum, namespace, limit, seen);
    for (const [number, lane] of seen.entries()) {
      if (lane) seen[number] = await fenceOff(medplum, lane, pool.#run);
    }
    return pool;
  }

  /** A lane without a bundle under way; waits for one when as many are busy as may be. */
  async acquire(): Promise<Lane> {
    while (this.#busy >= this.#limit) await new Promise<void>((go) => this.#waiting.push(go));
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
    const count = Math.max(known, Math.min(known + 1, this.#limit));
    for (let number = 0; number < count; number++) this.#free.unshift(await this.#take(number));
  }

  async #take(number: number): Promise<Lane> {
    const lane = await Lane.take(this.#medplum, this.#namespace, number, this.#run, this.#seen[number]);
    this.#taken.push(lane);
    return lane;
  }
}
