import { createReadStream } from 'node:fs';
import chain from 'stream-chain';
import Assembler from 'stream-json/assembler.js';
import { parser } from 'stream-json/parser.js';
import { keyOf, type SourceResource, type Unreadable } from './read-resource.ts';
import { isObject, type Json } from './walk-references.ts';

/** Strings above this are left out of a long line's skeleton: what makes a line long is the base64 of a document. */
export const LARGE_STRING_CHARS = 32 * 1024;
/** stream-json is not made for hostile input: it would nest, or collect a key, for as long as the line says. */
const MAX_DEPTH = 200;
const MAX_KEY_CHARS = 1024;

/** Where a line lies. */
export interface LinePlace {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * Reads a line of any length at constant memory: the resource without its large strings. The whole line is parsed, since
 * `resourceType` may come last, after a gigabyte of data. `onData` is given the pieces of the resource's own `data`, the
 * base64 of a Binary. Never throws for what the line says.
 */
export async function readLongLine(
  place: LinePlace,
  onData?: (text: string) => void,
): Promise<SourceResource | Unreadable> {
  const skeleton = new Skeleton();
  try {
    for await (const data of readData(place, skeleton)) onData?.(data);
  } catch {
    return { code: 'not-json' };
  }
  const resource = skeleton.value;
  return isObject(resource) ? keyOf(resource) : { code: 'not-a-resource' };
}

/** The pieces of a line's top-level `data`, in order, as they come off the disk. Throws when the line is no JSON. */
export async function* readData(
  { file, offset, length }: LinePlace,
  skeleton = new Skeleton(),
): AsyncGenerator<string> {
  const bytes = createReadStream(file, { start: offset, end: offset + length - 1, highWaterMark: 1 << 20 });
  const options = { packKeys: false, packStrings: false, packNumbers: true, streamNumbers: false };
  try {
    for await (const token of chain([bytes, parser(options)]) as AsyncIterable<Token>) {
      skeleton.consume(token);
      if (token.name === 'stringChunk' && skeleton.isInData) yield token.value ?? '';
    }
  } finally {
    bytes.destroy();
  }
}

interface Token {
  readonly name: string;
  readonly value?: string;
}

/** Packs streamed keys and strings for the Assembler, as long as they are not too long. */
class Skeleton {
  readonly #assembler = new Assembler();
  #text = '';
  #depth = 0;
  #topKey = '';
  #isString = false;

  get value(): Json {
    return this.#assembler.current as Json;
  }

  /** True while the tokens are pieces of the resource's own `data`. */
  get isInData(): boolean {
    return this.#isString && this.#depth === 1 && this.#topKey === 'data';
  }

  consume(token: Token): void {
    const { name, value = '' } = token;
    if (name === 'startKey' || name === 'startString') this.#begin(name);
    else if (name === 'stringChunk') this.#collect(value);
    else if (name === 'endKey') this.#key();
    else if (name === 'endString') this.#string();
    else {
      this.#nest(name);
      this.#assembler.consume(token as Parameters<Assembler['consume']>[0]);
    }
  }

  #begin(name: string): void {
    this.#text = '';
    this.#isString = name === 'startString';
  }

  #collect(chunk: string): void {
    if (this.#text.length <= LARGE_STRING_CHARS) this.#text += chunk;
  }

  #key(): void {
    if (this.#text.length > MAX_KEY_CHARS) throw new RangeError('a key is too long');
    if (this.#depth === 1) this.#topKey = this.#text;
    this.#assembler.consume({ name: 'keyValue', value: this.#text });
  }

  #string(): void {
    this.#isString = false;
    const isLarge = this.#text.length > LARGE_STRING_CHARS;
    this.#assembler.consume({ name: 'stringValue', value: isLarge ? '' : this.#text });
  }

  #nest(name: string): void {
    if (name.startsWith('start')) this.#depth++;
    if (name.startsWith('end')) this.#depth--;
    if (this.#depth > MAX_DEPTH) throw new RangeError('nested too deep');
  }
}
