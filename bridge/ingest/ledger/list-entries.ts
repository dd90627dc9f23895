import { hash } from 'node:crypto';
import type { LedgerEntry } from '../../contract/ledger-entry.ts';
import { formatSourceKey, type SourceKey } from '../../contract/source-key.ts';
import type { Documents } from '../documents/documents.ts';
import type { ExportIndex } from '../order/export-index.ts';
import type { RowStates } from '../row-states.ts';
import { MAX_LINE_BYTES, type Piece, readPiece, unwrapBundle } from '../scan/read-pieces.ts';
import { type Line, scanLines } from '../scan/scan-lines.ts';
import type { EarlierImport } from './earlier-import.ts';
import { hashFile } from './hash-file.ts';
import type { Outcomes } from './outcomes.ts';

/** What is known of an export when its last line has ended. */
export interface Settled {
  readonly files: readonly string[];
  readonly index: ExportIndex;
  readonly states: RowStates;
  readonly outcomes: Outcomes;
  readonly documents: Pick<Documents, 'carriersOf'>;
  /** What the import before left, if there was one. */
  readonly earlier?: Pick<EarlierImport, 'targetOf' | 'vanishedEntries'> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the spool once more and gives the ledger's entry of every line, in order of appearance, a few at a time and at
 * constant memory. Throws when a line has no outcome: then the import has not ended.
 */
export async function* listEntries(settled: Settled): AsyncGenerator<LedgerEntry[]> {
  const cursor = new Cursor(settled);
  for (const [file, path] of settled.files.entries()) {
    for await (const lines of scanLines(path, MAX_LINE_BYTES, settled.signal)) {
      const entries: LedgerEntry[] = [];
      for (const line of lines) {
        const entry = readAtStart(cursor, file, line);
        if (entry) entries.push(entry);
        else
          for await (const piece of readPieces(path, line)) {
            entries.push(await makeEntry(cursor, file, path, piece));
            if (entries.length >= MAX_ENTRIES_HELD) yield entries.splice(0);
          }
      }
      yield entries;
    }
  }
}

/** A Bundle may have as many entries as a file has lines. */
const MAX_ENTRIES_HELD = 10_000;

/** How most lines begin; ASCII only, so that its bytes are its letters. */
const START = /^\{\s*"resourceType"\s*:\s*"([A-Za-z]+)"\s*,\s*"id"\s*:\s*"([ !#-[\]-~]+)"/;
const START_BYTES = 400;

/**
 * The entry of a line whose key can be told from its beginning, so that it need not be parsed once more. A property may
 * come twice, and the last one counts: only a key that the index has of this very line is believed.
 */
function readAtStart(cursor: Cursor, file: number, { bytes, ...line }: Line): LedgerEntry | undefined {
  const [, resourceType, id] = (bytes && START.exec(bytes.toString('latin1', 0, START_BYTES))) ?? [];
  if (!bytes || !resourceType || !id || !cursor.isNext(file, line, { resourceType, id })) return undefined;
  return entryOf(cursor, file, line, { resourceType, id }, hash('sha256', bytes));
}

/** The line, and if it is a Bundle, its entries. */
async function* readPieces(path: string, line: Line): AsyncGenerator<Piece> {
  const piece = await readPiece(path, line);
  yield piece;
  if (!('key' in piece.source) && piece.source.code === 'bundle-unwrapped') yield* unwrapBundle(path, line);
}

async function makeEntry(cursor: Cursor, file: number, path: string, { line, source }: Piece): Promise<LedgerEntry> {
  const sha256 = line.bytes ? hash('sha256', line.bytes) : await hashFile(path, line);
  return entryOf(cursor, file, line, 'key' in source ? source.key : undefined, sha256);
}

type LinePlace = Omit<Line, 'bytes'>;

function entryOf(
  cursor: Cursor,
  file: number,
  line: LinePlace,
  key: SourceKey | undefined,
  sha256: string,
): LedgerEntry {
  const { number, offset, length } = line;
  return { file, line: number, offset, length, sha256, ...cursor.take(file, line, key) };
}

type Ended = Omit<LedgerEntry, 'file' | 'line' | 'offset' | 'length' | 'sha256'>;

/** Walks the rows of the index and the lines without a row side by side: both are in order of appearance. */
class Cursor {
  readonly #settled: Settled;
  #row = 0;
  #unreadable = 0;

  constructor(settled: Settled) {
    this.#settled = settled;
  }

  /** Whether the row of this key, no other, is the next one and lies here. */
  isNext(file: number, line: LinePlace, key: SourceKey): boolean {
    return this.#isAt(file, line) && this.#settled.index.rowOf(key) === this.#row;
  }

  take(file: number, line: LinePlace, key: SourceKey | undefined): Ended {
    if (this.#isAt(file, line)) return this.#ofRow(this.#row++, key);
    const { number } = line;
    const { outcomes } = this.#settled;
    const unreadable = outcomes.unreadable(this.#unreadable++);
    if (unreadable?.file !== file || unreadable.line !== number)
      throw new Error(`line ${number} of file ${file} has no outcome`);
    const { file: _, line: __, ...outcome } = unreadable;
    return outcome as Ended;
  }

  #isAt(file: number, { offset }: LinePlace): boolean {
    const { index } = this.#settled;
    const place = this.#row < index.size ? index.place(this.#row) : undefined;
    return place?.file === file && place.offset === offset;
  }

  #ofRow(row: number, key: SourceKey | undefined): Ended {
    const { index, outcomes, states } = this.#settled;
    const outcome = index.isShaded(row) ? { disposition: 'duplicate' as const } : outcomes.ofRow(row);
    if (!outcome) throw new Error(`row ${row} has no outcome`);
    const holder = index.isShaded(row) && key ? index.rowOf(key) : row;
    const id = holder === -1 ? undefined : states.storedId(holder);
    const named = { ...(key ? { key: formatSourceKey(key) } : {}), ...outcome };
    if (id) return { ...named, target: `${storedType(index.typeOf(row))}/${id}` } as Ended;
    const carrier = this.#carrierOf(row);
    if (carrier) return { ...named, carrier } as Ended;
    const earlier = index.isShaded(row) ? undefined : this.#settled.earlier?.targetOf(row);
    return { ...named, ...(earlier ? { earlier } : {}) } as Ended;
  }

  #carrierOf(row: number): string | undefined {
    const { documents, index, states } = this.#settled;
    for (const carrier of documents.carriersOf(row)) {
      const id = states.storedId(carrier);
      if (id) return `${index.typeOf(carrier)}/${id}`;
    }
    return undefined;
  }
}

/** A Binary cannot be searched: what stands for its line is a DocumentReference. */
function storedType(type: string): string {
  return type === 'Binary' ? 'DocumentReference' : type;
}
