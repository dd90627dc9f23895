import { type JsonListener, JsonScanner } from './scan-json.ts';

/** A stretch of the file, in bytes. */
export interface Stretch {
  readonly offset: number;
  readonly length: number;
}

/** One item of `Bundle.entry`. */
export interface EntryPlace extends Stretch {
  /** Where its resource lies; absent for an entry that holds none. */
  readonly resource?: Stretch | undefined;
  readonly fullUrl?: string | undefined;
  /** `search.mode`. */
  readonly mode?: string | undefined;
}

/** Resources nest a few dozen levels; what holds them is read separately. */
const MAX_DEPTH = 250;

/** Finds the entries of a Bundle of any length, from its bytes in pieces. Throws NotJson. */
export class BundleScanner {
  readonly #entries = new EntryListener();
  readonly #scanner: JsonScanner;

  /** `offset`: where the Bundle begins in the file. */
  constructor(offset: number) {
    this.#scanner = new JsonScanner(this.#entries, offset, MAX_DEPTH);
  }

  /** The entries that ended in this piece. */
  push(piece: Buffer): EntryPlace[] {
    this.#scanner.push(piece);
    return this.#entries.ended.splice(0);
  }

  end(): void {
    this.#scanner.end();
  }
}

class EntryListener implements JsonListener {
  readonly ended: EntryPlace[] = [];
  /** The way to the value in hand: a key for each object around it, undefined for each array. */
  readonly #way: (string | undefined)[] = [];
  readonly #starts: number[] = [];
  #resource: Stretch | undefined;
  #fullUrl: string | undefined;
  #mode: string | undefined;

  open(isArray: boolean, start: number): void {
    this.#way.push(isArray ? undefined : '');
    this.#starts.push(start);
  }

  close(end: number): void {
    const isArray = this.#way.pop() === undefined;
    const offset = this.#starts.pop() ?? 0;
    const stretch = { offset, length: end - offset };
    if (this.#isEntry(!isArray)) this.#end(stretch);
    else if (!isArray && this.#wayInEntry() === 'resource') this.#resource = stretch;
  }

  key(text: () => string | undefined): void {
    // What lies deeper is a resource's own, and unescaping all its keys would take time.
    this.#way[this.#way.length - 1] = this.#way.length <= 4 ? (text() ?? '') : '';
  }

  string(start: number, end: number, text: () => string | undefined): void {
    const way = this.#wayInEntry();
    if (way === 'fullUrl') this.#fullUrl = text();
    else if (way === 'search.mode') this.#mode = text();
    else if (this.#isEntry(false)) this.#end({ offset: start - 1, length: end - start + 2 });
  }

  scalar(start: number, end: number): void {
    if (this.#isEntry(false)) this.#end({ offset: start, length: end - start });
  }

  /** Whether the value that ends here is an item of `entry`, or the object that stands there instead of a list. */
  #isEntry(isObject: boolean): boolean {
    const [top, list] = this.#way;
    if (top !== 'entry') return false;
    return this.#way.length === 1 ? isObject : this.#way.length === 2 && list === undefined;
  }

  #wayInEntry(): string {
    const [top, list] = this.#way;
    return top === 'entry' && this.#way.length <= 4 ? this.#way.slice(list === undefined ? 2 : 1).join('.') : '';
  }

  #end(stretch: Stretch): void {
    this.ended.push({ ...stretch, resource: this.#resource, fullUrl: this.#fullUrl, mode: this.#mode });
    [this.#resource, this.#fullUrl, this.#mode] = [undefined, undefined, undefined];
  }
}
