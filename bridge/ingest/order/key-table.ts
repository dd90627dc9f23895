import { hash } from 'node:crypto';
import { Column } from './column.ts';
import { hashable } from './hashable.ts';

const WORDS = 4;
const EMPTY = -1;

/**
 * From a text key to a row, without keeping the text: open addressing over 128 bits of SHA-256. Two different keys would
 * share a digest once in 10^26 exports of a million lines; a shorter one would let a crafted export hide a line.
 * About 30 bytes a key.
 */
export class KeyTable {
  /** Positions in `#rows`, where the digest says. */
  #slots = new Int32Array(1024).fill(EMPTY);
  readonly #digests = new Column('uint32');
  readonly #rows = new Column('int32');

  get size(): number {
    return this.#rows.length;
  }

  /** The row kept for this key, or -1. */
  get(key: string): number {
    const entry = this.#slots[this.#slot(digest(key))] ?? EMPTY;
    return entry === EMPTY ? -1 : this.#rows.at(entry);
  }

  /** Keeps `row` for this key, in place of an earlier one. */
  set(key: string, row: number): void {
    if (this.size * 4 >= this.#slots.length * 3) this.#grow();
    const words = digest(key);
    const slot = this.#slot(words);
    const entry = this.#slots[slot] ?? EMPTY;
    if (entry !== EMPTY) this.#rows.set(entry, row);
    else this.#add(slot, words, row);
  }

  #add(slot: number, words: Uint32Array, row: number): void {
    this.#slots[slot] = this.size;
    this.#rows.push(row);
    for (const word of words) this.#digests.push(word);
  }

  /** The slot that holds this digest, or the empty one where it belongs. */
  #slot(words: Uint32Array): number {
    const mask = this.#slots.length - 1;
    let slot = (words[0] ?? 0) & mask;
    for (let entry = this.#slots[slot] ?? EMPTY; entry !== EMPTY; entry = this.#slots[slot] ?? EMPTY) {
      if (this.#holds(entry, words)) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #holds(entry: number, words: Uint32Array): boolean {
    for (let position = 0; position < WORDS; position++) {
      if (this.#digests.at(entry * WORDS + position) !== words[position]) return false;
    }
    return true;
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(EMPTY);
    const mask = this.#slots.length - 1;
    for (let entry = 0; entry < this.size; entry++) {
      let slot = this.#digests.at(entry * WORDS) & mask;
      while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      this.#slots[slot] = entry;
    }
  }
}

/** Digests of the latest keys: a line's own key is asked for several times over, its patient and encounter by every line. */
const recent = new Map<string, Uint32Array>();
const MAX_RECENT = 4096;
/** Longer keys would make the memory of the recent ones anything but flat. */
const MAX_RECENT_LENGTH = 512;

function digest(key: string): Uint32Array {
  const known = recent.get(key);
  if (known) return known;
  // A text of bytes, since a Buffer would take longer to make than its content to work out.
  const bytes = hash('sha256', hashable(key), 'binary');
  const words = new Uint32Array(WORDS);
  for (let at = 0; at < WORDS * 4; at++) words[at >> 2] = ((words[at >> 2] ?? 0) << 8) | bytes.charCodeAt(at);
  if (recent.size >= MAX_RECENT) recent.clear();
  if (key.length <= MAX_RECENT_LENGTH) recent.set(key, words);
  return words;
}
