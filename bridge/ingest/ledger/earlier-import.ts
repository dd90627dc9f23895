import type { MedplumClient } from '@medplum/core';
import { z } from 'zod';
import { ledgerFromTask } from '../../contract/import-task.ts';
import { storedReferenceSchema, type VanishedEntry } from '../../contract/ledger-entry.ts';
import { formatSourceKey, parseSourceKey, type SourceKey } from '../../contract/source-key.ts';
import { PermanentError } from '../../errors.ts';
import { readBinaryLines } from '../../medplum/read-binary-lines.ts';
import type { ExportIndex } from '../export-index.ts';
import { findLedgerTask } from './find-import.ts';

/** Words of a UUID. */
const WORDS = 4;

/** What an entry says of where its key lies in the store, whatever kind of entry it is. */
const placeSchema = z.object({
  key: z.string(),
  disposition: z.string(),
  code: z.string().optional(),
  target: storedReferenceSchema.optional(),
  earlier: storedReferenceSchema.optional(),
  carrier: storedReferenceSchema.optional(),
});

/**
 * What the newest completed import of the namespace left: for each row of the present export what its key was stored as,
 * and which keys the present export does not name. 17 bytes a row; the keys themselves stay in the ledger.
 */
export class EarlierImport {
  /** Keys that are stored as far as the ledger knows, and that the present export does not name. */
  vanished = 0;
  readonly #index: ExportIndex;
  readonly #read: () => AsyncIterable<string>;
  readonly #types: string[] = [];
  /** Position in `#types` plus one; 0 for a row that was not stored. */
  readonly #type: Uint8Array;
  readonly #id: Uint32Array;

  private constructor(index: ExportIndex, read: () => AsyncIterable<string>) {
    this.#index = index;
    this.#read = read;
    this.#type = new Uint8Array(index.size);
    this.#id = new Uint32Array(index.size * WORDS);
  }

  /** Reads the ledger once. `read` gives its lines, and is asked again by {@link vanishedEntries}. */
  static async read(index: ExportIndex, read: () => AsyncIterable<string>): Promise<EarlierImport> {
    const earlier = new EarlierImport(index, read);
    for await (const line of read()) {
      const place = placeOf(line);
      if (!place) continue;
      const row = index.rowOf(place.key);
      if (row !== -1) earlier.#set(row, place.reference);
      else if (place.code !== 'deleted-here') earlier.vanished++;
    }
    return earlier;
  }

  /** `Type/<uuid>` that the row's key was stored as, or that carries its document; undefined when it never was. */
  targetOf(row: number): string | undefined {
    const type = this.#types[(this.#type[row] ?? 0) - 1];
    if (type === undefined) return undefined;
    const words = this.#id.subarray(row * WORDS, row * WORDS + WORDS);
    const hex = [...words].map((word) => word.toString(16).padStart(8, '0')).join('');
    return `${type}/${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`;
  }

  /** The ledger's entries that the present export has no line for, to be carried on. */
  async *vanishedEntries(): AsyncGenerator<VanishedEntry> {
    for await (const line of this.#read()) {
      const place = placeOf(line);
      if (!place || this.#index.rowOf(place.key) !== -1) continue;
      const { key, code, reference } = place;
      const known = code === 'deleted-here' ? { code } : {};
      yield { key: formatSourceKey(key), disposition: 'vanished', ...known, earlier: reference };
    }
  }

  #set(row: number, reference: string): void {
    const [type = '', id = ''] = reference.split('/');
    if (!this.#types.includes(type)) this.#types.push(type);
    this.#type[row] = this.#types.indexOf(type) + 1;
    const hex = id.replaceAll('-', '');
    for (let word = 0; word < WORDS; word++) {
      this.#id[row * WORDS + word] = Number.parseInt(hex.slice(word * 8, word * 8 + 8), 16);
    }
  }
}

/**
 * The newest completed import of the namespace as far as a re-sync needs it. Undefined when there is none, or when its
 * ledger is gone.
 */
export async function readEarlierImport(
  medplum: MedplumClient,
  namespace: string,
  index: ExportIndex,
  signal?: AbortSignal,
): Promise<EarlierImport | undefined> {
  const task = await findLedgerTask(medplum, namespace);
  const ledger = task && ledgerFromTask(task);
  if (!ledger) return undefined;
  const read = () => readBinaryLines(medplum, ledger.reference.slice('Binary/'.length), signal);
  try {
    return await EarlierImport.read(index, read);
  } catch (error) {
    if (error instanceof PermanentError) return undefined;
    throw error;
  }
}

/** Undefined for what was never stored, and for what is no entry of ours. A duplicate repeats what another entry says. */
function placeOf(line: string): { key: SourceKey; code: string | undefined; reference: string } | undefined {
  const entry = placeSchema.safeParse(parsed(line)).data;
  if (!entry || entry.disposition === 'duplicate') return undefined;
  const reference = entry.target ?? entry.earlier ?? entry.carrier;
  return reference === undefined ? undefined : { key: parseSourceKey(entry.key), code: entry.code, reference };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
