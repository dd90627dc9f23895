import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../walk-references.ts';
import { type JsonListener, JsonScanner, TooDeep } from './scan-json.ts';

/** Builds the document again out of what it is told, strings and numbers by their place. */
class Rebuilder implements JsonListener {
  readonly #bytes: Buffer;
  readonly #open: { value: Json[] | Record<string, Json>; start: number }[] = [];
  readonly #keys: (string | undefined)[] = [];
  root: Json | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  open(isArray: boolean, start: number): void {
    this.#open.push({ value: isArray ? [] : {}, start });
    this.#keys.push(undefined);
  }

  close(end: number): void {
    const closed = this.#open.pop();
    this.#keys.pop();
    if (!closed) throw new Error('closed without having been opened');
    expect(JSON.parse(this.#bytes.toString('utf8', closed.start, end))).toEqual(closed.value);
    this.#add(closed.value);
  }

  key(text: () => string | undefined): void {
    this.#keys[this.#keys.length - 1] = text();
  }

  string(start: number, end: number, text: () => string | undefined): void {
    const value = JSON.parse(`"${this.#bytes.toString('utf8', start, end)}"`);
    expect(text()).toBe(value);
    this.#add(value);
  }

  scalar(start: number, end: number): void {
    this.#add(JSON.parse(this.#bytes.toString('utf8', start, end)));
  }

  #add(value: Json): void {
    const holder = this.#open.at(-1)?.value;
    if (holder === undefined) this.root = value;
    else if (Array.isArray(holder)) holder.push(value);
    else Object.defineProperty(holder, this.#keys.at(-1) ?? '', { value, enumerable: true, configurable: true });
  }
}

function scan(text: string, cuts: readonly number[] = []): Json | undefined {
  const bytes = Buffer.from(text);
  const rebuilder = new Rebuilder(bytes);
  const scanner = new JsonScanner(rebuilder, 0, 200);
  let from = 0;
  for (const cut of [...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]) {
    scanner.push(bytes.subarray(from, cut));
    from = cut;
  }
  scanner.end();
  return rebuilder.root;
}

/** JSON with blanks and escapes where they may be. */
const jsonText = fc
  .tuple(
    fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' }),
    fc.array(fc.constantFrom('', ' ', '\t', '\r\n')),
    fc.boolean(),
  )
  .map(([value, blanks, isEscaped]) => {
    let turn = 0;
    const blank = (): string => (blanks.length > 0 ? (blanks[turn++ % blanks.length] ?? '') : '');
    const escaped = (text: string): string =>
      isEscaped ? text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : text;
    const write = (one: Json): string => {
      if (Array.isArray(one)) return `[${blank()}${one.map((item) => `${blank()}${write(item)}${blank()}`).join(',')}]`;
      if (typeof one !== 'object' || one === null) return escaped(JSON.stringify(one));
      const members = Object.entries(one).map(
        ([key, inner]) =>
          `${blank()}${escaped(JSON.stringify(key))}${blank()}:${blank()}${write(inner ?? null)}${blank()}`,
      );
      return `{${blank()}${members.join(',')}}`;
    };
    return `${blank()}${write(value as Json)}${blank()}`;
  });

describe('JSON read from pieces of bytes', () => {
  test('says what JSON.parse says, wherever it is cut', () => {
    fc.assert(
      fc.property(jsonText, fc.array(fc.nat()), (text, cuts) => {
        expect(scan(text, cuts)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  test('is refused when and only when JSON.parse refuses it', () => {
    const broken = fc.tuple(
      jsonText,
      fc.nat(),
      fc.constantFrom('', ',', ':', '}', ']', '"', '\\', '{', '[', '0', 'n', '\n'),
    );
    const noise = fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0-1.eE tn') });
    const texts = fc.oneof(
      broken.map(
        ([text, at, more]) => text.slice(0, at % (text.length + 1)) + more + text.slice((at % (text.length + 1)) + 1),
      ),
      noise,
    );
    fc.assert(
      fc.property(texts, fc.array(fc.nat()), (text, cuts) => {
        expect(outcomeOf(() => scan(text, cuts))).toBe(outcomeOf(() => JSON.parse(text)));
      }),
      { numRuns: 2000 },
    );
  });

  test('is refused when it nests too deeply, or its numbers do not end', () => {
    expect(() => scan('['.repeat(5000))).toThrow(TooDeep);
    expect(() => scan('1'.repeat(5000))).toThrow('a number without end');
  });
});

function outcomeOf(read: () => unknown): 'read' | 'refused' {
  try {
    read();
    return 'read';
  } catch {
    return 'refused';
  }
}
