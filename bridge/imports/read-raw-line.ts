import { hash } from 'node:crypto';
import type { MedplumClient } from '@medplum/core';
import { rawExportsFromTask, wasRemoved } from '../contract/import-task.ts';
import { type LedgerEntry, parseEntry } from '../contract/ledger-entry.ts';
import type { RawLineQuery } from '../contract/ledger-page.ts';
import { HttpError } from '../errors.ts';
import { streamBinary } from '../medplum/binaries/stream-binary.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import { ledgerLines } from './read-ledger.ts';

const REMOVED = 'the export as it came was removed: it had the age until which it is kept';

/** The line is held until its hash is checked, so what is held has a limit. */
const MAX_LINE_BYTES = 10_000_000;

/**
 * Reads one line of an export as it came, out of its raw export, and checks it against the ledger's hash.
 *
 * @param medplum - The bridge's own client; the Task must have been read with the caller's.
 * @param line - 1-based.
 * @throws HttpError 404 when there is no such line, 422 when it is larger than 10 MB, 500 when its bytes have changed.
 */
export async function readRawLine(
  medplum: MedplumClient,
  task: StoredTask,
  line: number,
  query: RawLineQuery,
): Promise<Buffer> {
  const entry = await findLine(medplum, task, line, query);
  const file = entry && rawExportsFromTask(task)[entry.file];
  if (wasRemoved(task, 'raw-export')) throw new HttpError(404, 'not-found', REMOVED);
  if (!entry || !file) throw new HttpError(404, 'not-found', 'the ledger of this import has no such line');
  const { offset, length, sha256 } = entry;
  if (length > MAX_LINE_BYTES) {
    const text = `this line has ${length} bytes, and ${MAX_LINE_BYTES} is the most that is shown; what it became is in the record`;
    throw new HttpError(422, 'too-long', text);
  }
  const read = (chunks: AsyncIterable<Buffer>) => slice(chunks, offset, length);
  const bytes = await streamBinary(medplum, file.reference.slice('Binary/'.length), read);
  if (hash('sha256', bytes) !== sha256)
    throw new HttpError(500, 'exception', 'the raw export is not what was imported');
  return bytes;
}

/** The entries of a Bundle come behind the entry of its line and have the same number. */
async function findLine(
  medplum: MedplumClient,
  task: StoredTask,
  line: number,
  { file, offset }: RawLineQuery,
): Promise<LedgerEntry | undefined> {
  for await (const text of ledgerLines(medplum, task)) {
    const entry = parseEntry(text);
    if (entry?.file === file && entry.line === line && (offset ?? entry.offset) === entry.offset) return entry;
  }
  return undefined;
}

/** `length` bytes from `offset`; reads no further. Fewer when the file ends before. */
async function slice(chunks: AsyncIterable<Buffer>, offset: number, length: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let position = 0;
  for await (const chunk of chunks) {
    const [from, to] = [Math.max(offset - position, 0), offset + length - position];
    if (from < chunk.length) parts.push(chunk.subarray(from, to));
    position += chunk.length;
    if (position >= offset + length) break;
  }
  return Buffer.concat(parts);
}
