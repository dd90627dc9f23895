import { randomUUID } from 'node:crypto';
import type { MedplumClient } from '@medplum/core';
import type { Basic } from '@medplum/fhirtypes';
import { fenceOff, findLanes, Lane } from './lane.ts';

/** Transactions in flight at once: on two cores Medplum takes no more after four (measured). */
export const LANE_COUNT = 4;

/** One sequence of transactions, fenced or counted. */
export type Transactor = Pick<Lane, 'transact'>;

/** Where a load sends its bundles. */
export interface Lanes {
  acquire(): Promise<Transactor>;
  release(lane: Transactor): void;
}

/**
 * The lanes of one run. Opening it fences off whatever an earlier run of the same namespace left in flight; the lanes
 * themselves are taken when the first bundle needs them, so that a run which has nothing to write writes nothing.
 */
export class LanePool implements Lanes {
  readonly #medplum: MedplumClient;
  readonly #namespace: string;
  readonly #run = randomUUID();
  readonly #seen: (Basic | undefined)[];
  readonly #free: Lane[] = [];
  readonly #waiting: ((lane: Lane) => void)[] = [];
  readonly #taken: Lane[] = [];
  /** One take at a time, lane 0 first: two runs that start together meet there, and one of them gives way. */
  #taking: Promise<unknown> = Promise.resolve();
  #promised = 0;

  private constructor(medplum: MedplumClient, namespace: string, seen: (Basic | undefined)[]) {
    this.#medplum = medplum;
    this.#namespace = namespace;
    this.#seen = seen;
  }

  static async open(medplum: MedplumClient, namespace: string): Promise<LanePool> {
    const pool = new LanePool(medplum, namespace, await findLanes(medplum, namespace, LANE_COUNT));
    for (const [number, lane] of pool.#seen.entries()) {
      if (lane) pool.#seen[number] = await fenceOff(medplum, lane, pool.#run);
    }
    return pool;
  }

  /** A lane without a transaction under way; waits for one when all are busy. */
  async acquire(): Promise<Lane> {
    const free = this.#free.pop();
    if (free) return free;
    if (this.#promised < LANE_COUNT) return this.#take(this.#promised++);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  release(lane: Lane): void {
    const next = this.#waiting.shift();
    if (next) next(lane);
    else this.#free.push(lane);
  }

  /** Parks every lane that was taken. Only for a run whose transactions have all ended. */
  async park(): Promise<void> {
    await Promise.all(this.#taken.map((lane) => lane.park()));
  }

  async #take(number: number): Promise<Lane> {
    const take = () => Lane.take(this.#medplum, this.#namespace, number, this.#run, this.#seen[number]);
    const taking = this.#taking.then(take);
    this.#taking = taking.catch(() => undefined);
    const lane = await taking;
    this.#taken.push(lane);
    return lane;
  }
}
