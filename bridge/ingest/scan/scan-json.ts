/** Told what a document holds while it is read. Positions are bytes of the file. */
export interface JsonListener {
  /** An object or array begins at this byte. */
  open(isArray: boolean, start: number): void;
  /** The innermost object or array ends before this byte. */
  close(end: number): void;
  /** A key; `text` unescapes it, undefined when it is longer than any that has a meaning. */
  key(text: () => string | undefined): void;
  /** A string, without its quotes. */
  string(start: number, end: number, text: () => string | undefined): void;
  /** A number, true, false or null. */
  scalar(start: number, end: number): void;
}

/** What is read is no JSON. */
export class NotJson extends Error {}
/** It nests deeper than whoever walks it can follow. */
export class TooDeep extends NotJson {}

/** What the next byte that is no blank may begin. */
const EXPECT = { value: 0, valueOrEnd: 1, key: 2, keyOrEnd: 3, colon: 4, commaOrEnd: 5, nothing: 6 } as const;
type Expect = (typeof EXPECT)[keyof typeof EXPECT];

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;
const MAX_SCALAR_CHARS = 1024;
/** Texts up to here can be asked for: keys, types, a fullUrl. */
const MAX_TEXT_BYTES = 4096;

/**
 * Reads JSON from bytes that come in pieces, at constant memory, and says where its parts lie: what no parser of texts can,
 * since a character is not a byte. As strict as `JSON.parse` about the form; whether the bytes are UTF-8 is seen by who
 * decodes them. Throws NotJson.
 */
export class JsonScanner {
  readonly #listener: JsonListener;
  readonly #maxDepth: number;
  /** 1 for an array, 0 for an object. */
  readonly #nesting: number[] = [];
  #expect: Expect = EXPECT.value;
  /** Byte of the file at which the piece in hand begins. */
  #base: number;
  #token: 'none' | 'string' | 'scalar' = 'none';
  #tokenStart = 0;
  #isKey = false;
  /** Bytes of an escape that are still to come: the one behind the backslash, then up to four digits. */
  #isEscape = false;
  #digits = 0;
  #scalar = '';
  readonly #text = Buffer.allocUnsafe(MAX_TEXT_BYTES);
  #textBytes = 0;

  constructor(listener: JsonListener, offset: number, maxDepth: number) {
    this.#listener = listener;
    this.#base = offset;
    this.#maxDepth = maxDepth;
  }

  push(piece: Buffer): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#token === 'string') at = this.#inString(piece, at);
      else if (this.#token === 'scalar') at = this.#inScalar(piece, at);
      else this.#between(piece[at] ?? 0, this.#base + at++);
    }
    this.#base += piece.length;
  }

  end(): void {
    if (this.#token === 'scalar') this.#endScalar(this.#base);
    if (this.#token !== 'none' || this.#expect !== EXPECT.nothing) throw new NotJson('it ends too early');
  }

  #between(byte: number, at: number): void {
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return;
    if (byte === COMMA) this.#comma();
    else if (byte === COLON) this.#colon();
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#close(byte === CLOSE_ARRAY, at);
    else if (byte === QUOTE) this.#beginString(at);
    else this.#beginValue(byte, at);
  }

  #comma(): void {
    const isArray = this.#nesting.at(-1);
    if (this.#expect !== EXPECT.commaOrEnd || isArray === undefined) throw new NotJson('a comma');
    this.#expect = isArray === 1 ? EXPECT.value : EXPECT.key;
  }

  #colon(): void {
    if (this.#expect !== EXPECT.colon) throw new NotJson('a colon');
    this.#expect = EXPECT.value;
  }

  #close(isArray: boolean, at: number): void {
    const isEmpty = this.#expect === (isArray ? EXPECT.valueOrEnd : EXPECT.keyOrEnd);
    if (!isEmpty && this.#expect !== EXPECT.commaOrEnd) throw new NotJson('a bracket');
    if (this.#nesting.pop() !== Number(isArray)) throw new NotJson('a bracket of the other kind');
    this.#listener.close(at + 1);
    this.#valueEnded();
  }

  #beginString(at: number): void {
    this.#isKey = this.#expect === EXPECT.key || this.#expect === EXPECT.keyOrEnd;
    if (!this.#isKey) this.#wantValue();
    this.#token = 'string';
    this.#tokenStart = at + 1;
    this.#textBytes = 0;
  }

  #beginValue(byte: number, at: number): void {
    this.#wantValue();
    const isArray = byte === OPEN_ARRAY;
    if (!isArray && byte !== OPEN_OBJECT) {
      this.#token = 'scalar';
      this.#tokenStart = at;
      this.#scalar = String.fromCharCode(byte);
      return;
    }
    if (this.#nesting.length >= this.#maxDepth) throw new TooDeep('nested too deeply');
    this.#nesting.push(Number(isArray));
    this.#expect = isArray ? EXPECT.valueOrEnd : EXPECT.keyOrEnd;
    this.#listener.open(isArray, at);
  }

  #wantValue(): void {
    if (this.#expect !== EXPECT.value && this.#expect !== EXPECT.valueOrEnd) throw new NotJson('a value');
  }

  #valueEnded(): void {
    this.#token = 'none';
    this.#expect = this.#nesting.length === 0 ? EXPECT.nothing : EXPECT.commaOrEnd;
  }

  /** Returns where to go on: behind the string, or behind the piece. */
  #inString(piece: Buffer, from: number): number {
    let at = from;
    for (; at < piece.length; at++) {
      if (this.#isEscape || this.#digits > 0) {
        this.#inEscape(piece[at] ?? 0);
        continue;
      }
      at = plainUntil(piece, at);
      if (at === piece.length || piece[at] === QUOTE) break;
      if (piece[at] !== BACKSLASH) throw new NotJson('a control character');
      this.#isEscape = true;
    }
    this.#keepText(piece, from, at);
    if (at === piece.length) return at;
    this.#endString(this.#base + at);
    return at + 1;
  }

  #inEscape(byte: number): void {
    const character = String.fromCharCode(byte);
    if (this.#digits > 0) {
      if (!/[0-9a-fA-F]/.test(character)) throw new NotJson('an escape');
      this.#digits--;
      return;
    }
    if (!'"\\/bfnrtu'.includes(character)) throw new NotJson('an escape');
    this.#isEscape = false;
    if (character === 'u') this.#digits = 4;
  }

  #keepText(piece: Buffer, from: number, to: number): void {
    if (this.#textBytes <= MAX_TEXT_BYTES) piece.copy(this.#text, this.#textBytes, from, to);
    this.#textBytes += to - from;
  }

  #endString(end: number): void {
    const text = (): string | undefined => this.#textOf();
    if (this.#isKey) {
      this.#listener.key(text);
      this.#token = 'none';
      this.#expect = EXPECT.colon;
    } else {
      this.#listener.string(this.#tokenStart, end, text);
      this.#valueEnded();
    }
  }

  #textOf(): string | undefined {
    if (this.#textBytes > MAX_TEXT_BYTES) return undefined;
    const text = this.#text.toString('utf8', 0, this.#textBytes);
    return text.includes('\\') ? JSON.parse(`"${text}"`) : text;
  }

  #inScalar(piece: Buffer, from: number): number {
    for (let at = from; at < piece.length; at++) {
      const character = String.fromCharCode(piece[at] ?? 0);
      if (!/[-+.\w]/.test(character)) {
        this.#endScalar(this.#base + at);
        return at;
      }
      this.#scalar += character;
      if (this.#scalar.length > MAX_SCALAR_CHARS) throw new NotJson('a number without end');
    }
    return piece.length;
  }

  #endScalar(end: number): void {
    if (!SCALAR.test(this.#scalar)) throw new NotJson('a word');
    this.#listener.scalar(this.#tokenStart, end);
    this.#valueEnded();
  }
}

/** By byte: 1 for what is no plain part of a string, a quote, a backslash or a control character. */
const ENDS_PLAIN = new Uint8Array(256).map((_, byte) => Number(byte < 0x20 || byte === QUOTE || byte === BACKSLASH));

function ends(piece: Uint8Array, at: number): number {
  return ENDS_PLAIN[piece[at] as number] as number;
}

/**
 * Where the first byte from `from` on lies that is no plain part of a string. Nearly all bytes of a long line pass here:
 * four looks into a table at once took less than half the time of comparing each byte, and as little as searches by
 * `indexOf` with a look for control characters, which a text full of escapes would slow down.
 */
function plainUntil(piece: Uint8Array, from: number): number {
  let at = from;
  for (; at + 4 <= piece.length; at += 4) {
    if ((ends(piece, at) | ends(piece, at + 1) | ends(piece, at + 2) | ends(piece, at + 3)) !== 0) break;
  }
  while (at < piece.length && ends(piece, at) === 0) at++;
  return at;
}
