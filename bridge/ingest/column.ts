/** Any typed array that holds plain numbers. */
type Numbers = Int32Array | Uint32Array | Uint8Array | Float64Array;

/**
 * A column of numbers, one a row, that grows by doubling. An export of a million lines keeps a few of these and no object
 * a line, which is what makes the importer's memory flat.
 */
export class Column {
  #numbers: Numbers;
  #length = 0;

  constructor(kind: 'int32' | 'uint32' | 'uint8' | 'float64', capacity = 1024) {
    const Kind = { int32: Int32Array, uint32: Uint32Array, uint8: Uint8Array, float64: Float64Array }[kind];
    this.#numbers = new Kind(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#numbers.length) this.#grow();
    this.#numbers[this.#length++] = value;
  }

  /** The value of a row; rows that were never pushed throw, since reading one is a fault of ours. */
  at(row: number): number {
    const value = row < this.#length ? this.#numbers[row] : undefined;
    if (value === undefined) throw new RangeError(`row ${row} of ${this.#length}`);
    return value;
  }

  /** Throws for the same rows as {@link at}. */
  set(row: number, value: number): void {
    this.at(row);
    this.#numbers[row] = value;
  }

  #grow(): void {
    const Kind = this.#numbers.constructor as new (length: number) => Numbers;
    const wider = new Kind(Math.max(1, this.#length * 2));
    wider.set(this.#numbers);
    this.#numbers = wider;
  }
}
