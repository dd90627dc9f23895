import { hash } from 'node:crypto';
import { formatSourceKey, type SourceKey } from '../../contract/source-key.ts';
import type { Documents } from '../documents/documents.ts';
import type { ExportIndex } from '../export-index.ts';
import { MAX_LINE_BYTES } from '../index-export.ts';
import { readLongLine } from '../read-long-line.ts';
import { readResource } from '../read-resource.ts';
import type { RowStates } from '../row-states.ts';
import { type Line, scanLines } from '../scan-lines.ts';
import { hashFile } from './hash-file.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import type { Outcomes } from './outcomes.ts';

/** What is known of an export when its last line has ended. */
export interface Settled {
  readonly files: readonly string[];
  readonly index: ExportIndex;
  readonly states: RowStates;
  readonly outcomes: Outcomes;
  readonly documents: Pick<Documents, 'carriersOf'>;
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
        const { sha256, key } = await readLine(path, line);
        for (const ended of cursor.take(file, line.number, key)) {
          const { number, offset, length } = line;
          entries.push({ file, line: number, offset, length, sha256, ...ended });
        }
      }
      yield entries;
    }
  }
}

type Ended = Pick<LedgerEntry, 'key' | 'disposition' | 'code' | 'target' | 'carrier' | 'repairs' | 'expression'>;

/** Walks the rows of the index and the lines without a row side by side: both are in order of appearance. */
class Cursor {
  readonly #settled: Settled;
  #row = 0;
  #unreadable = 0;

  constructor(settled: Settled) {
    this.#settled = settled;
  }

  take(file: number, line: number, key: SourceKey | undefined): Ended[] {
    const { index, outcomes } = this.#settled;
    const ended: Ended[] = [];
    while (this.#row < index.size && index.lineNumber(this.#row) === line && index.place(this.#row).file === file) {
      ended.push(this.#ofRow(this.#row++, key));
    }
    const unreadable = outcomes.unreadable(this.#unreadable);
    if (unreadable?.file === file && unreadable.line === line) {
      const { file: _, line: __, ...outcome } = unreadable;
      this.#unreadable++;
      ended.push(outcome as Ended);
    }
    if (ended.length === 0) throw new Error(`line ${line} of file ${file} has no outcome`);
    return ended;
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
    return { ...named, ...(carrier ? { carrier } : {}) } as Ended;
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

async function readLine(path: string, line: Line): Promise<{ sha256: string; key: SourceKey | undefined }> {
  const source = line.bytes ? readResource(line.bytes) : await readLongLine({ file: path, ...line });
  const sha256 = line.bytes ? hash('sha256', line.bytes) : await hashFile(path, line);
  return { sha256, key: 'key' in source ? source.key : undefined };
}
