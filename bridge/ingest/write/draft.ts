import { type Decision, isWrite, type Member } from '../shape/compose-entry.ts';

/** Medplum refuses more in one transaction: 50 updates, of which the lane's fence is one; 1 MB of body. */
export const MAX_UPDATES = 49;
export const MAX_BODY_BYTES = 900_000;
/** Beyond about 20 entries a bundle's size hardly matters (measured); a smaller one is quicker to bisect. */
export const MAX_ENTRIES = 100;

/** Rows that must be stored together: they refer to each other in a circle. Most have one member. */
export type Component = readonly Member[];

/** A bundle in the making. */
export class Draft {
  readonly number: number;
  readonly components: Component[] = [];
  readonly decisions: Decision[] = [];
  /** Rows that are created by this bundle, by the name that they have in it. */
  readonly urns = new Map<number, string>();
  readonly #maxEntries: number;
  #bytes = 0;
  #writes = 0;
  #updates = 0;

  constructor(number: number, maxEntries: number = MAX_ENTRIES) {
    this.number = number;
    this.#maxEntries = maxEntries;
  }

  get isEmpty(): boolean {
    return this.#writes === 0;
  }

  fits(decisions: readonly Decision[]): boolean {
    const { writes, bytes, updates } = weigh(decisions);
    return (
      this.#writes + writes <= this.#maxEntries &&
      this.#updates + updates <= MAX_UPDATES &&
      this.#bytes + bytes <= MAX_BODY_BYTES
    );
  }

  add(component: Component, decisions: readonly Decision[]): void {
    const { writes, bytes, updates } = weigh(decisions);
    this.components.push(component);
    this.decisions.push(...decisions);
    this.#writes += writes;
    this.#bytes += bytes;
    this.#updates += updates;
  }
}

function weigh(decisions: readonly Decision[]): { writes: number; bytes: number; updates: number } {
  const writes = decisions.filter(isWrite);
  const bytes = writes.reduce((sum, write) => sum + Buffer.byteLength(write.json) + 1, 0);
  return { writes: writes.length, bytes, updates: writes.filter((write) => write.kind === 'update').length };
}
