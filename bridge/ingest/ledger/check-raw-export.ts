import type { MedplumClient } from '@medplum/core';
import type { RawExport } from '../../contract/import-task.ts';
import { PermanentError } from '../../errors.ts';
import { streamBinary } from '../../medplum/stream-binary.ts';
import { parseEntry } from './audit-ledger.ts';
import type { Findings } from './findings.ts';
import type { LedgerEntry } from './ledger-entry.ts';
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

async function walk(entries: AsyncIterable<LedgerEntry>, chunks: AsyncIterable<Buffer>): Promise<WalkedFile> {
  const raw = new RawReader(chunks);
  const changed: LedgerEntry[] = [];
  let isAccountedFor = true;
  let line = { offset: -1, length: -1, sha256: '' };
  for await (const entry of entries) {
    const { offset, length } = entry;
    // A line that was a Bundle has an entry for each of its resources.
    if (offset !== line.offset || length !== line.length) {
      if (!(await raw.skip(offset - raw.position))) isAccountedFor = false;
      line = { offset, length, sha256: raw.position === offset ? await raw.hash(length) : '' };
    }
    if (line.sha256 !== entry.sha256) changed.push(entry);
  }
  if (!(await raw.skip(Number.POSITIVE_INFINITY))) isAccountedFor = false;
  return { sha256: raw.whole(), changed, isAccountedFor };
}

async function* entriesOf(file: number, lines: AsyncIterable<string>): AsyncGenerator<LedgerEntry> {
  for await (const line of lines) {
    const entry = parseEntry(line);
    if (entry?.file === file) yield entry;
  }
}
