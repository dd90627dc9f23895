const KINDS = { int32: Int32Array, uint32: Uint32Array, uint8: Uint8Array, float64: Float64Array };
type Kind = keyof typeof KINDS;

const PAGE_BITS = 16;
const PAGE_ROWS = 1 << PAGE_BITS;

/**
 * A column of numbers, one a row. An export of a million lines keeps a few of these and no object a line, which is what
 * makes the importer's memory flat. Grows by pages: an array that doubles leaves as much behind as it holds, and Node
 * seldom gives that back.
 */
export class Column {
  readonly #kind: Kind;
  readonly #pages: InstanceType<(typeof KINDS)[Kind]>[] = [];
  #length = 0;

  constructor(kind: Kind) {
    this.#kind = kind;
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const row = this.#length++;
    if (row % PAGE_ROWS === 0) this.#pages.push(new KINDS[this.#kind](PAGE_ROWS));
    this.set(row, value);
  }

  /** The value of a row; rows that were never pushed throw, since reading one is a fault of ours. */
  at(row: number): number {
    const isRow = Number.isInteger(row) && row < this.#length;
    const value = isRow ? this.#pages[row >> PAGE_BITS]?.[row & (PAGE_ROWS - 1)] : undefined;
    if (value === undefined) throw new RangeError(`row ${row} of ${this.#length}`);
    return value;
  }

  /** Throws for the same rows as {@link at}. */
  set(row: number, value: number): void {
    const page = Number.isInteger(row) && row < this.#length ? this.#pages[row >> PAGE_BITS] : undefined;
    if (!page) throw new RangeError(`row ${row} of ${this.#length}`);
    page[row & (PAGE_ROWS - 1)] = value;
  }
}
