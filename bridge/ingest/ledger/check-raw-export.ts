import { createHash, type Hash } from 'node:crypto';
import type { MedplumClient } from '@medplum/core';
import type { RawExport } from '../../contract/import-task.ts';
import { type LedgerEntry, parseEntry } from '../../contract/ledger-entry.ts';
import { PermanentError } from '../../errors.ts';
import { streamBinary } from '../../medplum/binaries/stream-binary.ts';
import type { Findings } from './findings.ts';
import { RawReader } from './raw-reader.ts';

export interface RawCheck {
  readonly medplum: MedplumClient;
  /** In the order of the ledger's file numbers. */
  readonly files: readonly RawExport[];
  /** Reads the ledger from its beginning. */
  readonly lines: () => AsyncIterable<string>;
  readonly findings: Findings;
  readonly signal?: AbortSignal | undefined;
}

/** What one reading of a file found. */
interface WalkedFile {
  readonly sha256: string;
  readonly changed: readonly LedgerEntry[];
  readonly isAccountedFor: boolean;
}

/**
 * Holds the raw export against the ledger: its files are those that the Task sealed, each line's bytes are those that its
 * entry names, and every byte is of a line or between two. Streams; of the ledger and the file one line is held.
 */
export async function checkRawExport({ medplum, files, lines, findings, signal }: RawCheck): Promise<void> {
  for (const [file, { reference, sha256 }] of files.entries()) {
    const walkFile = (chunks: AsyncIterable<Buffer>) => walk(entriesOf(file, lines()), chunks);
    try {
      const walked = await streamBinary(medplum, reference.slice('Binary/'.length), walkFile, signal);
      if (walked.sha256 !== sha256) findings.add('raw-export-changed', { file });
      if (!walked.isAccountedFor) findings.add('raw-bytes-unaccounted', { file });
      for (const entry of walked.changed) findings.add('raw-line-changed', entry);
    } catch (error) {
      if (!(error instanceof PermanentError) || error.code !== 'binary-missing') throw error;
      findings.add('raw-export-missing', { file });
    }
  }
}

/** A line whose bytes are being read. One that was a Bundle stays open while its entries are. */
interface OpenLine {
  readonly entry: LedgerEntry;
  readonly end: number;
  readonly sha256: Hash;
}

async function walk(entries: AsyncIterable<LedgerEntry>, chunks: AsyncIterable<Buffer>): Promise<WalkedFile> {
  const raw = new RawReader(chunks);
  const changed: LedgerEntry[] = [];
  const open: OpenLine[] = [];
  const readTo = (end: number) =>
    raw.read(end, (bytes) => {
      for (const { sha256 } of open) sha256.update(bytes);
    });
  const closeBefore = async (offset: number): Promise<void> => {
    for (let line = open.at(-1); line && line.end <= offset; line = open.at(-1)) {
      await readTo(line.end);
      open.pop();
      if (line.sha256.digest('hex') !== line.entry.sha256) changed.push(line.entry);
    }
  };
  let isAccountedFor = true;
  for await (const entry of entries) {
    const { offset, length } = entry;
    await closeBefore(offset);
    if (open.length > 0) await readTo(offset);
    else if (!(await raw.skip(offset))) isAccountedFor = false;
    if (raw.position === offset) open.push({ entry, end: offset + length, sha256: createHash('sha256') });
    else changed.push(entry);
  }
  await closeBefore(Number.POSITIVE_INFINITY);
  if (!(await raw.skip(Number.POSITIVE_INFINITY))) isAccountedFor = false;
  return { sha256: raw.whole(), changed, isAccountedFor };
}

async function* entriesOf(file: number, lines: AsyncIterable<string>): AsyncGenerator<LedgerEntry> {
  for await (const line of lines) {
    const entry = parseEntry(line);
    if (entry?.file === file) yield entry;
  }
}
