/** Where a row of the export stands on its way into the store. */
const STATE = { unseen: 0, pending: 1, stored: 2, absent: 3 } as const;

/**
 * What is known of every row while it is written: its id in the store once it has one, or the bundle that carries it.
 * Fixed arrays, 25 bytes a row.
 */
export class RowStates {
  readonly #state: Uint8Array;
  readonly #bundle: Int32Array;
  readonly #id: Buffer;
  readonly #fresh: Uint8Array;

  constructor(size: number) {
    this.#state = new Uint8Array(size);
    this.#bundle = new Int32Array(size);
    this.#id = Buffer.alloc(size * 16);
    this.#fresh = new Uint8Array(size);
  }

  /** The row travels in this bundle: whoever refers to it from another one waits. */
  setPending(row: number, bundle: number): void {
    this.#state[row] = STATE.pending;
    this.#bundle[row] = bundle;
  }

  /** The row is in the store under this UUID; `fresh` when this run created it. */
  setStored(row: number, id: string, fresh = false): void {
    this.#state[row] = STATE.stored;
    this.#id.write(id.replaceAll('-', ''), row * 16, 'hex');
    if (fresh) this.#fresh[row] = 1;
  }

  /** The row will not be stored by this run: references to it become logical. */
  setAbsent(row: number): void {
    this.#state[row] = STATE.absent;
  }

  /** True until something became of the row: it may still be stored by this run. */
  isUnseen(row: number): boolean {
    return this.#state[row] === STATE.unseen;
  }

  isFresh(row: number): boolean {
    return this.#fresh[row] === 1;
  }

  pendingBundle(row: number): number | undefined {
    return this.#state[row] === STATE.pending ? this.#bundle[row] : undefined;
  }

  storedId(row: number): string | undefined {
    if (this.#state[row] !== STATE.stored) return undefined;
    const hex = this.#id.toString('hex', row * 16, row * 16 + 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}
