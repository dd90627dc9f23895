import { openFileSync, type SyncFile } from '../../spool/open-file.ts';
import { type Place, streamBytes } from './read-bytes.ts';
import { type LargeStrings, readLongLine } from './read-long-line.ts';
import { readResource, type SourceResource, type Unreadable } from './read-resource.ts';
import { BundleScanner, type EntryPlace } from './scan-bundle.ts';
import { NotJson } from './scan-json.ts';
import type { Line } from './scan-lines.ts';

/** Longest line that is held while it is scanned. */
export const MAX_LINE_BYTES = 1 << 20;
/** A Bundle in a Bundle in a Bundle: each level is read anew. */
const MAX_BUNDLES = 8;

/** What is counted and settled as one line: a line of the file, or an entry of a line that is a Bundle. */
export interface Piece {
  /** Where it lies; an entry has the number of its Bundle's line. `bytes` as in {@link Line}. */
  readonly line: Line;
  readonly source: SourceResource | Unreadable;
  /** Where the strings lie that were left out because the piece is long. */
  readonly large: LargeStrings;
  /** Of an entry. */
  readonly fullUrl?: string | undefined;
}

const NONE: LargeStrings = new Map();

/** Reads one piece by its place. `givenId` is the id of a resource that has none itself. */
export function readPiece(file: string, line: Line, givenId?: string): Piece | Promise<Piece> {
  if (line.bytes) return { line, source: readResource(line.bytes, givenId), large: NONE };
  return readLongLine({ file, offset: line.offset, length: line.length }, givenId).then((long) => ({ line, ...long }));
}

/**
 * The entries of a Bundle, those of the Bundles in it too, at constant memory and in order of appearance; the Bundle itself
 * is not among them. A resource without an id is known by its entry's `fullUrl`.
 */
export async function* unwrapBundle(file: string, bundle: Line): AsyncGenerator<Piece> {
  // One that is held has its entries in it; a longer one may have more than a file should be opened for.
  const opened = bundle.bytes ? undefined : openFileSync(file);
  try {
    yield* unwrap({ file, opened }, bundle, 1);
  } finally {
    opened?.close();
  }
}

/** The file of a Bundle; open when the Bundle is not held. */
interface BundleFile {
  readonly file: string;
  readonly opened: SyncFile | undefined;
}

async function* unwrap(from: BundleFile, bundle: Line, level: number): AsyncGenerator<Piece> {
  for await (const entry of findEntries(from.file, bundle)) {
    const piece = await readEntry(from, bundle, entry);
    const isBundle = !('key' in piece.source) && piece.source.code === 'bundle-unwrapped';
    if (isBundle && level === MAX_BUNDLES) {
      yield { ...piece, source: { code: 'nested-too-deeply', resourceType: 'Bundle' } };
      continue;
    }
    yield piece;
    if (isBundle) yield* unwrap(from, piece.line, level + 1);
  }
}

async function* findEntries(file: string, { offset, length, bytes }: Line): AsyncGenerator<EntryPlace> {
  const scanner = new BundleScanner(offset);
  try {
    if (bytes) yield* scanner.push(bytes);
    else for await (const piece of streamBytes({ file, offset, length })) yield* scanner.push(piece);
  } catch (error) {
    // Whoever read the Bundle before found it well-formed but for how deep it nests.
    if (!(error instanceof NotJson)) throw error;
  }
}

async function readEntry(from: BundleFile, bundle: Line, entry: EntryPlace): Promise<Piece> {
  const { resource, fullUrl, mode } = entry;
  if (!resource) return { line: lineAt(from, bundle, entry), source: { code: 'entry-without-resource' }, large: NONE };
  const piece = await readPiece(from.file, lineAt(from, bundle, resource), idOfUrl(fullUrl));
  const resourceType = 'key' in piece.source ? piece.source.key.resourceType : piece.source.resourceType;
  if (mode === 'outcome' && resourceType === 'OperationOutcome')
    return { ...piece, source: { code: 'operation-outcome', resourceType } };
  return { ...piece, fullUrl };
}

function lineAt({ opened }: BundleFile, { number, bytes, offset: start }: Line, place: Omit<Place, 'file'>): Line {
  const { offset, length } = place;
  if (bytes) return { number, offset, length, bytes: bytes.subarray(offset - start, offset - start + length) };
  return { number, offset, length, bytes: length <= MAX_LINE_BYTES ? opened?.read(offset, length) : undefined };
}

/** `urn:uuid:<id>`, or the last part of a URL (R4 bundle.html#bundle-unique); undefined when there is none. */
function idOfUrl(fullUrl: string | undefined): string | undefined {
  return /^urn:[^:]+:(.+)$/s.exec(fullUrl ?? '')?.[1] ?? /([^/?#]+)(?:\/_history\/[^/]*)?$/.exec(fullUrl ?? '')?.[1];
}
