import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import chain from 'stream-chain';
import Assembler from 'stream-json/assembler.js';
import { parser } from 'stream-json/parser.js';
import { isObject, type Json } from '../walk-references.ts';
import { type Place, streamBytes } from './read-bytes.ts';
import { keyOf, type SourceResource, type Unreadable } from './read-resource.ts';
import { type JsonListener, JsonScanner, NotJson, TooDeep } from './scan-json.ts';

/** Strings above this are left out when a long line is read: what makes a line long is the base64 of a document. */
const LARGE_STRING_BYTES = 32 * 1024;
/** What is left of a line without its large strings; the most that is held of one line. */
const MAX_SKELETON_BYTES = 16 << 20;
const MAX_DEPTH = 200;

/** Where a line lies. */
export type LinePlace = Place;

/** The large strings of a line by what stands in their place. */
export type LargeStrings = ReadonlyMap<string, Place>;

/** A line that was too long to hold. */
export interface LongLine {
  readonly source: SourceResource | Unreadable;
  readonly large: LargeStrings;
}

/**
 * Reads a line of any length at constant memory: the resource, in which a mark that nobody can guess, valid as base64,
 * stands in place of each large string. The whole line is read, since `resourceType` may come last, after a gigabyte of
 * data. `givenId` is the id of a resource that has none itself. Never throws for what the line says.
 */
export async function readLongLine(place: LinePlace, givenId?: string): Promise<LongLine> {
  const outline = await readOutline(place);
  if (!(outline instanceof Outline)) return { source: outline, large: new Map() };
  const { resourceType } = outline;
  // What a Bundle holds is read entry by entry, and may be more than can be held.
  if (resourceType === 'Bundle') return { source: { code: 'bundle-unwrapped', resourceType }, large: new Map() };
  const large = new Map(outline.large.map((string) => [randomBytes(32).toString('hex'), { ...place, ...string }]));
  const leftOut = outline.large.reduce((sum, { length }) => sum + length, 0);
  if (place.length - leftOut > MAX_SKELETON_BYTES)
    return { source: { code: 'too-large', ...(resourceType ? { resourceType } : {}) }, large };
  return { source: await readSkeleton(place, large, givenId), large };
}

async function readOutline(place: LinePlace): Promise<Outline | Unreadable> {
  const outline = new Outline();
  const scanner = new JsonScanner(outline, place.offset, MAX_DEPTH);
  try {
    for await (const piece of streamBytes(place)) scanner.push(piece);
    scanner.end();
    return outline;
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    return { code: error instanceof TooDeep ? 'nested-too-deeply' : 'not-json' };
  }
}

/** The resource, put together while what is left of its line comes off the disk. */
async function readSkeleton(
  place: LinePlace,
  large: LargeStrings,
  givenId: string | undefined,
): Promise<SourceResource | Unreadable> {
  const assembler = new Assembler();
  try {
    for await (const token of chain([
      Readable.from(skeletonOf(place, large)),
      parser(WHOLE_VALUES),
    ]) as AsyncIterable<Token>) {
      // The assembler would take it for the object's prototype, and lose what it says.
      if (token.name === 'keyValue' && token.value === '__proto__') return { code: 'not-a-resource' };
      assembler.consume(token);
    }
  } catch (error) {
    // Of the decoder that met what is no UTF-8; the form was found good before, and a disk's fault is none of the line.
    if (!(error instanceof TypeError)) throw error;
    return { code: 'not-json' };
  }
  const resource = assembler.current as Json;
  return isObject(resource) ? keyOf(resource, givenId) : { code: 'not-a-resource' };
}

type Token = Parameters<Assembler['consume']>[0];

/** Keys, numbers and what is left of the strings are short. */
const WHOLE_VALUES = { streamValues: false, packValues: true };

/** The line's text with a mark in place of each large string, which come in order of their places. */
async function* skeletonOf({ file, offset, length }: LinePlace, large: LargeStrings): AsyncGenerator<string> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let at = offset;
  for (const [mark, string] of large) {
    yield* decoded(utf8, { file, offset: at, length: string.offset - at });
    yield mark;
    at = string.offset + string.length;
  }
  yield* decoded(utf8, { file, offset: at, length: offset + length - at });
  yield utf8.decode();
}

async function* decoded(utf8: InstanceType<typeof TextDecoder>, place: Place): AsyncGenerator<string> {
  for await (const bytes of streamBytes(place)) yield utf8.decode(bytes, { stream: true });
}

/** What must be known of a long line before it can be read: its type, and where its large strings lie. */
class Outline implements JsonListener {
  resourceType: string | undefined;
  readonly large: { readonly offset: number; readonly length: number }[] = [];
  #depth = 0;
  #isType = false;

  open(): void {
    this.#depth++;
  }

  close(): void {
    this.#depth--;
  }

  key(text: () => string | undefined): void {
    if (this.#depth === 1) this.#isType = text() === 'resourceType';
  }

  string(start: number, end: number, text: () => string | undefined): void {
    if (this.#depth === 1 && this.#isType) this.resourceType = text();
    if (end - start > LARGE_STRING_BYTES) this.large.push({ offset: start, length: end - start });
  }

  scalar(): void {
    // No number is large.
  }
}
