import { hash } from 'node:crypto';
import type { MedplumClient } from '@medplum/core';
import { z } from 'zod';
import { ledgerFromTask } from '../../contract/import-task.ts';
import { storedReferenceSchema, type VanishedEntry } from '../../contract/ledger-entry.ts';
import { formatSourceKey, parseSourceKey, type SourceKey } from '../../contract/source-key.ts';
import { PermanentError } from '../../errors.ts';
import { readBinaryLines } from '../../medplum/binaries/read-binary-lines.ts';
import type { ExportIndex } from '../order/export-index.ts';
import { findLedgerTask } from './find-import.ts';
import { findStanding } from './find-standing.ts';

/** Words of a UUID. */
const WORDS = 4;
/** Of a line's SHA-256, as much as tells lines with one key apart. */
const DIGEST_BYTES = 16;

/** What an entry says of where its key lies in the store, whatever kind of entry it is. */
const placeSchema = z.object({
  key: z.string(),
  disposition: z.string(),
  code: z.string().optional(),
  target: storedReferenceSchema.optional(),
  earlier: storedReferenceSchema.optional(),
  carrier: storedReferenceSchema.optional(),
  sha256: z.string().optional(),
  byLineAlone: z.literal(true).optional(),
});

/**
 * What the newest completed import of the namespace left: for each row of the present export what its key was stored as,
 * and which keys the present export does not name. 33 bytes a row; the keys themselves stay in the ledger.
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
  /** Of lines that alone decided how they are stored; zeros for others. */
  readonly #digest: Buffer;
  /** Resources that the ledger knows of, by their type in the store. */
  readonly #stored = new Map<string, number>();
  #standing: ReadonlySet<string> = new Set();

  private constructor(index: ExportIndex, read: () => AsyncIterable<string>) {
    this.#index = index;
    this.#read = read;
    this.#type = new Uint8Array(index.size);
    this.#id = new Uint32Array(index.size * WORDS);
    this.#digest = Buffer.alloc(index.size * DIGEST_BYTES);
  }

  /** Reads the ledger once. `read` gives its lines, and is asked again by {@link vanishedEntries}. */
  static async read(index: ExportIndex, read: () => AsyncIterable<string>): Promise<EarlierImport> {
    const earlier = new EarlierImport(index, read);
    for await (const line of read()) {
      const place = placeOf(line);
      if (!place) continue;
      if (place.code !== 'deleted-here') earlier.#count(place.reference);
      const row = index.rowOf(place.key);
      if (row !== -1) earlier.#set(row, place);
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

  /**
   * To be called when nothing was written into the namespace since: asks the store which types still hold what the ledger
   * knows of. Their rows need not be asked for, see {@link standsAs}.
   */
  async findStanding(medplum: MedplumClient, namespace: string, signal?: AbortSignal): Promise<void> {
    this.#standing = await findStanding(medplum, namespace, this.#stored, signal);
  }

  /** Whether all stands that the ledger knows of. */
  get isWhole(): boolean {
    return this.#stored.size > 0 && this.#standing.size === this.#stored.size;
  }

  /** Whether {@link standsAs} could say anything but undefined, whatever the line. */
  mayStand(row: number): boolean {
    return this.#standing.has(this.#types[(this.#type[row] ?? 0) - 1] ?? '');
  }

  /** The UUID under which the row stands in the store as this very line (bytes) says; undefined when that must be asked. */
  standsAs(row: number, line: Buffer): string | undefined {
    if (!this.mayStand(row)) return undefined;
    const known = this.#digest.subarray(row * DIGEST_BYTES, (row + 1) * DIGEST_BYTES);
    return known.equals(hash('sha256', line, 'buffer').subarray(0, DIGEST_BYTES))
      ? this.targetOf(row)?.split('/')[1]
      : undefined;
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

  #count(reference: string): void {
    const [type = ''] = reference.split('/');
    this.#stored.set(type, (this.#stored.get(type) ?? 0) + 1);
  }

  #set(row: number, { reference, sha256 }: Place): void {
    if (sha256) this.#digest.write(sha256, row * DIGEST_BYTES, DIGEST_BYTES, 'hex');
    const [type = '', id = ''] = reference.split('/');
    if (!this.#types.includes(type)) this.#types.push(type);
    this.#type[row] = this.#types.indexOf(type) + 1;
    const hex = id.replaceAll('-', '');
    for (let word = 0; word < WORDS; word++) {
      this.#id[row * WORDS + word] = Number.parseInt(hex.slice(word * 8, word * 8 + 8), 16);
    }
  }
}

export interface EarlierRequest {
  readonly namespace: string;
  /** Of the present export. */
  readonly index: ExportIndex;
  /** As `digestStanding` gives it for the present import. */
  readonly standing?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The newest completed import of the namespace as far as a re-sync needs it. Undefined when there is none, or when its
 * ledger is gone.
 */
export async function readEarlierImport(
  medplum: MedplumClient,
  { namespace, index, standing, signal }: EarlierRequest,
): Promise<EarlierImport | undefined> {
  const task = await findLedgerTask(medplum, namespace);
  const ledger = task && ledgerFromTask(task);
  if (!ledger) return undefined;
  const read = () => readBinaryLines(medplum, ledger.reference.slice('Binary/'.length), signal);
  try {
    const earlier = await EarlierImport.read(index, read);
    if (standing !== undefined && standing === ledger.standing) await earlier.findStanding(medplum, namespace, signal);
    return earlier;
  } catch (error) {
    if (error instanceof PermanentError) return undefined;
    throw error;
  }
}

/** Where a key lies in the store. */
interface Place {
  readonly key: SourceKey;
  readonly code: string | undefined;
  /** `Type/<uuid>`. */
  readonly reference: string;
  /** Of its line, hex, when that alone decided how it is stored. */
  readonly sha256: string | undefined;
}

/** Undefined for what was never stored, and for what is no entry of ours. A duplicate repeats what another entry says. */
function placeOf(line: string): Place | undefined {
  const entry = placeSchema.safeParse(parsed(line)).data;
  if (!entry || entry.disposition === 'duplicate') return undefined;
  const reference = entry.target ?? entry.earlier ?? entry.carrier;
  if (reference === undefined) return undefined;
  return { key: parseSourceKey(entry.key), code: entry.code, reference, sha256: entry.byLineAlone && entry.sha256 };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
