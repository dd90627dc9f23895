import type { MedplumClient } from '@medplum/core';
import { EHI_EXPORT_SYSTEM } from '../../contract/identifiers.ts';
import { type ImportCounts, ledgerFromTask, rawExportsFromTask } from '../../contract/import-task.ts';
import { type LedgerEntry, parseEntry } from '../../contract/ledger-entry.ts';
import { PermanentError } from '../../errors.ts';
import { readBinaryLines } from '../../medplum/binaries/read-binary-lines.ts';
import { loadDefinitions } from '../shape/load-definitions.ts';
import { auditLedger } from './audit-ledger.ts';
import { DocumentCheck } from './check-documents.ts';
import { checkProvenance } from './check-provenance.ts';
import { checkRawExport } from './check-raw-export.ts';
import { checkStored, type StoredEntry } from './check-stored.ts';
import { findImport } from './find-import.ts';
import { type Finding, type FindingKind, Findings } from './findings.ts';

export interface VerifyRequest {
  /** The connection's namespace. */
  readonly namespace: string;
  /** Which import; without it the newest that was completed. */
  readonly taskId?: string | undefined;
  /** False: the bytes of documents and of the raw export are not read again. */
  readonly readsBytes?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a verification says. No key of the source is in it: it may leave Medplum. */
export interface VerifyReport {
  readonly connection: string;
  readonly task: string;
  /** What the ledger counts. */
  readonly counts: ImportCounts;
  /** Resources that were read again. */
  readonly checked: number;
  /** Documents whose bytes were read again. */
  readonly documents: number;
  readonly found: Readonly<Record<FindingKind, number>>;
  /** The first thousand findings. */
  readonly findings: readonly Finding[];
}

/** Bodies that are held at once; by the bytes that their lines had in the export. */
const BATCH_ENTRIES = 200;
const BATCH_BYTES = 4 << 20;
/** Keys stand in the request, percent-encoded twice: its body may have a megabyte. */
const BATCH_KEY_BYTES = 100_000;

/**
 * Re-reads the server to prove an import: its ledger is the one that the Task sealed and balances, and each resource
 * that the ledger names exists once, says what was written, refers to nothing that does not exist, is in the Patient's
 * compartment and has its Provenance. The bytes of every document and of the raw export are streamed and hashed again:
 * what that costs is to download them once. Reads only.
 * Throws PermanentError `no-completed-import`, `no-ledger`, `binary-missing` and those of {@link findImport}.
 */
export async function verifyImport(medplum: MedplumClient, request: VerifyRequest): Promise<VerifyReport> {
  const { namespace, taskId, readsBytes = true, signal } = request;
  // Where attachments lie, which were hashed in another form, is known by the definitions.
  await loadDefinitions();
  const task = await findImport(medplum, namespace, taskId);
  const ledger = ledgerFromTask(task);
  if (!ledger) throw new PermanentError('no-ledger', `Task/${task.id} names no ledger: import the export again`);
  const findings = new Findings();
  const lines = () => readBinaryLines(medplum, ledger.reference.slice('Binary/'.length), signal);
  const { counts, sources } = await auditLedger(task, ledger, lines(), findings);
  let checked = 0;
  const documents = readsBytes ? new DocumentCheck(medplum, findings, signal) : undefined;
  const check = { medplum, namespace, patient: task.for?.reference, sources, findings, documents, signal };
  const exportId = task.identifier?.find(({ system }) => system === EHI_EXPORT_SYSTEM)?.value ?? '';
  for await (const batch of batches(lines())) {
    await checkStored(check, batch);
    await checkProvenance(medplum, { namespace, exportId }, batch, findings, signal);
    checked += batch.length;
  }
  if (readsBytes) await checkRawExport({ medplum, files: rawExportsFromTask(task), lines, findings, signal });
  const { counts: found, named } = findings;
  return {
    connection: namespace,
    task: task.id,
    counts,
    checked,
    documents: documents?.checked ?? 0,
    found,
    findings: named,
  };
}

async function* batches(lines: AsyncIterable<string>): AsyncGenerator<StoredEntry[]> {
  let batch: StoredEntry[] = [];
  let [bytes, keyBytes] = [0, 0];
  for await (const line of lines) {
    const entry = parseEntry(line);
    if (!entry || !isStored(entry)) continue;
    batch.push(entry);
    bytes += entry.length;
    keyBytes += entry.key.length;
    if (batch.length < BATCH_ENTRIES && bytes < BATCH_BYTES && keyBytes < BATCH_KEY_BYTES) continue;
    yield batch;
    batch = [];
    [bytes, keyBytes] = [0, 0];
  }
  if (batch.length > 0) yield batch;
}

/** A duplicate's target is checked by the line that it gave way to. */
function isStored(entry: LedgerEntry): entry is StoredEntry {
  return entry.target !== undefined && entry.key !== undefined && entry.disposition !== 'duplicate';
}
