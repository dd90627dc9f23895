import { hash } from 'node:crypto';

const WORDS = 4;

/**
 * From a text key to a row, without keeping the text: open addressing over 128 bits of SHA-256. Two different keys would
 * share a digest once in 10^26 exports of a million lines; a shorter one would let a crafted export hide a line.
 */
export class KeyTable {
  #digests = new Uint32Array(1024 * WORDS);
  #rows = new Int32Array(1024).fill(-1);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The row kept for this key, or -1. */
  get(key: string): number {
    return this.#rows[this.#slot(digest(key))] ?? -1;
  }

  /** Keeps `row` for this key, in place of an earlier one. */
  set(key: string, row: number): void {
    if (this.#size * 2 >= this.#rows.length) this.#grow();
    this.#put(digest(key), row);
  }

  #put(words: Uint32Array, row: number): void {
    const slot = this.#slot(words);
    if (this.#rows[slot] === -1) {
      this.#digests.set(words, slot * WORDS);
      this.#size++;
    }
    this.#rows[slot] = row;
  }

  /** The slot that holds this digest, or the empty one where it belongs. */
  #slot(words: Uint32Array): number {
    const mask = this.#rows.length - 1;
    let slot = (words[0] ?? 0) & mask;
    while (this.#rows[slot] !== -1 && !this.#holds(slot, words)) slot = (slot + 1) & mask;
    return slot;
  }

  #holds(slot: number, words: Uint32Array): boolean {
    const at = slot * WORDS;
    const kept = this.#digests;
    return kept[at] === words[0] && kept[at + 1] === words[1] && kept[at + 2] === words[2] && kept[at + 3] === words[3];
  }

  #grow(): void {
    const [digests, rows] = [this.#digests, this.#rows];
    this.#digests = new Uint32Array(digests.length * 2);
    this.#rows = new Int32Array(rows.length * 2).fill(-1);
    this.#size = 0;
    rows.forEach((row, slot) => {
      if (row !== -1) this.#put(digests.subarray(slot * WORDS, slot * WORDS + WORDS), row);
    });
  }
}

function digest(key: string): Uint32Array {
  const bytes = hash('sha256', key, 'buffer');
  return Uint32Array.of(bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8), bytes.readUInt32LE(12));
}
