import { randomBytes } from 'node:crypto';
import { type Place, readBytes, streamBytes } from './read-bytes.ts';
import { readResource, type SourceResource, type Unreadable } from './read-resource.ts';
import { type JsonListener, JsonScanner, NotJson, TooDeep } from './scan-json.ts';

/** Strings above this are left out when a long line is read: what makes a line long is the base64 of a document. */
const LARGE_STRING_BYTES = 32 * 1024;
/** What is left of a line without its large strings; the longest that is parsed as a whole. */
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
  return { source: readResource(skeletonOf(place, large), givenId), large };
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

/** The line's bytes with a mark in place of each large string, which come in order of their places. */
function skeletonOf({ file, offset, length }: LinePlace, large: LargeStrings): Buffer {
  const parts: Buffer[] = [];
  let at = offset;
  for (const [mark, string] of large) {
    parts.push(readBytes({ file, offset: at, length: string.offset - at }), Buffer.from(mark));
    at = string.offset + string.length;
  }
  parts.push(readBytes({ file, offset: at, length: offset + length - at }));
  return Buffer.concat(parts);
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
