import { Column } from '../order/column.ts';

const PAGE_BYTES = 1 << 20;
/** What an export can say about its lines beyond this is left out: a hostile one would fill the memory. */
const MAX_BYTES = 64 << 20;
/** Most texts come back on thousands of lines; the rest are kept once each time. */
const MAX_KNOWN = 20_000;

/**
 * Keeps texts as bytes, no object a text, and gives each a number. Ends at `maxBytes`. UTF-8 but for those that it cannot
 * hold, in which half a character stands alone: an id may be such a text.
 */
export class TextPool {
  readonly #maxBytes: number;
  readonly #pages: Buffer[] = [];
  readonly #page = new Column('int32');
  readonly #start = new Column('int32');
  /** In bytes; below zero for UTF-16. */
  readonly #length = new Column('int32');
  readonly #known = new Map<string, number>();
  #free = 0;
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** The text's number, or -1 when there is no room left. */
  keep(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const isUtf8 = text.isWellFormed();
    const length = isUtf8 ? Buffer.byteLength(text) : text.length * 2;
    if (this.#bytes + length > this.#maxBytes) return -1;
    const number = this.#write(text, length, isUtf8);
    if (this.#known.size < MAX_KNOWN) this.#known.set(text, number);
    return number;
  }

  /** The text kept under this number. */
  at(number: number): string {
    const [start, length] = [this.#start.at(number), this.#length.at(number)];
    const encoding = length < 0 ? 'utf16le' : 'utf8';
    return this.#pages[this.#page.at(number)]?.toString(encoding, start, start + Math.abs(length)) ?? '';
  }

  #write(text: string, length: number, isUtf8: boolean): number {
    if (length > this.#free) {
      this.#free = Math.max(PAGE_BYTES, length);
      this.#pages.push(Buffer.alloc(this.#free));
    }
    const page = this.#pages.length - 1;
    const start = (this.#pages[page]?.length ?? 0) - this.#free;
    this.#pages[page]?.write(text, start, isUtf8 ? 'utf8' : 'utf16le');
    this.#free -= length;
    this.#bytes += length;
    this.#page.push(page);
    this.#start.push(start);
    this.#length.push(isUtf8 ? length : -length);
    return this.#length.length - 1;
  }
}
