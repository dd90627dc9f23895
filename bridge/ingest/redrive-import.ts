import { join } from 'node:path';
import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { EHI_EXPORT_SYSTEM } from '../contract/identifiers.ts';
import type { ImportProgress, ImportReport, LedgerFile } from '../contract/import-report.ts';
import { ledgerFromTask, outputsOfCompleted, type RawExport, rawExportsFromTask } from '../contract/import-task.ts';
import { parseEntry } from '../contract/ledger-entry.ts';
import { sourceRoot } from '../contract/source-key.ts';
import { PermanentError } from '../errors.ts';
import { BinaryError, downloadBinary } from '../medplum/binaries/download-binary.ts';
import { readBinaryLines } from '../medplum/binaries/read-binary-lines.ts';
import { changeTask, type StoredTask } from '../medplum/change-task.ts';
import { LostReplyError } from '../medplum/client/lost-reply-error.ts';
import { retryRead } from '../medplum/client/retry-read.ts';
import { findLineage } from '../medplum/find-connection.ts';
import type { UploadJournal } from './documents/documents.ts';
import { importExport } from './import-export.ts';
import { findImport } from './ledger/find-import.ts';

export interface RedriveRequest {
  /** The connection's namespace. */
  readonly namespace: string;
  /** Which import; without it the newest that was completed. */
  readonly taskId?: string | undefined;
  /** An empty folder for the export while it is loaded; the caller removes it. */
  readonly folder: string;
  readonly journal?: UploadJournal | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** How many lines were quarantined, by code. */
export type QuarantinedByCode = Readonly<Record<string, number>>;

export interface RedriveReport {
  /** Id of the import's Task. */
  readonly task: string;
  readonly before: QuarantinedByCode;
  readonly after: QuarantinedByCode;
  /** Of the whole export: what was stored is unchanged now. */
  readonly report: ImportReport;
}

/**
 * Runs a completed import once more, from the export as it was kept in Medplum: lines that were quarantined get another
 * chance after a fix, here or in the server. What is stored stays as it is. The Task tells the new outcome when all of it
 * is done; until then the former one, which still holds.
 *
 * Throws PermanentError `no-completed-import`, `import-held`, `connection-revoked`, `no-raw-export`, `raw-export-missing`
 * or `raw-export-changed` before anything is written, and what {@link importExport} throws.
 */
export async function redriveImport(medplum: MedplumClient, request: RedriveRequest): Promise<RedriveReport> {
  const { namespace, signal, onProgress, journal } = request;
  await refuseRevoked(medplum, namespace);
  const task = await findImport(medplum, namespace, request.taskId);
  const before = await quarantinedIn(medplum, ledgerFromTask(task), signal);
  const files = await fetchRawExport(medplum, task, request);
  const exportId = exportOf(task);
  const retrieved = await retrievedAt(medplum, task, exportId);
  const patient = await patientOf(medplum, task, namespace);
  const about = { namespace, exportId, taskId: task.id, patient, retrieved };
  const { report } = await importExport(medplum, { ...about, files, journal, signal, onProgress });
  if (report.ledger) await changeTask(medplum, task.id, (stored) => withOutcome(stored, report));
  const after = report.ledger ? await quarantinedIn(medplum, report.ledger, signal) : before;
  return { task: task.id, before, after, report };
}

/** A revoked connection imports nothing more. A file has no Consent. */
async function refuseRevoked(medplum: MedplumClient, namespace: string): Promise<void> {
  const consents = await retryRead(() => findLineage(medplum, namespace));
  if (consents.length === 0 || consents.some(({ status }) => status === 'active')) return;
  throw new PermanentError('connection-revoked', `connection ${namespace} was revoked: nothing more is imported`);
}

async function quarantinedIn(
  medplum: MedplumClient,
  ledger: LedgerFile | undefined,
  signal: AbortSignal,
): Promise<QuarantinedByCode> {
  const counts = new Map<string, number>();
  if (!ledger) return {};
  for await (const line of readBinaryLines(medplum, ledger.reference.slice('Binary/'.length), signal)) {
    const { disposition, code = 'unknown' } = parseEntry(line) ?? {};
    if (disposition === 'quarantined') counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

/** The export's files in the folder, each the one that the Task names by its hash. */
async function fetchRawExport(
  medplum: MedplumClient,
  task: StoredTask,
  { folder, signal }: RedriveRequest,
): Promise<string[]> {
  const kept = rawExportsFromTask(task);
  if (kept.length === 0) {
    throw new PermanentError('no-raw-export', `Task/${task.id} names no raw export: import the export itself again`);
  }
  const files: string[] = [];
  for (const [number, file] of kept.entries()) {
    const path = join(folder, `${number}.jsonl`);
    await retryRead(() => fetchFile(medplum, file, path, signal), signal);
    files.push(path);
  }
  return files;
}

async function fetchFile(medplum: MedplumClient, file: RawExport, path: string, signal: AbortSignal): Promise<void> {
  try {
    await downloadBinary(medplum, file, path, signal);
  } catch (error) {
    if (isNetworkFault(error)) throw new LostReplyError('download', error);
    if (!(error instanceof BinaryError)) throw error;
    if (error.code === 'binary-changed') {
      throw new PermanentError('raw-export-changed', `${file.reference} no longer has the hash that its Task names`);
    }
    throw new PermanentError('raw-export-missing', `${file.reference}, the raw export, cannot be read (${error.code})`);
  }
}

/** Undici's own, a broken socket, and a server that is not well; a full disk is none. */
function isNetworkFault(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(UND_ERR_(?!ABORTED)|ECONN|EPIPE|ETIMEDOUT|EAI_AGAIN|binary-5)/.test(code);
}

function exportOf(task: StoredTask): string {
  const exportId = task.identifier?.find(({ system }) => system === EHI_EXPORT_SYSTEM)?.value;
  if (exportId === undefined) throw new PermanentError('no-raw-export', `Task/${task.id} names no export`);
  return exportId;
}

/** When the export was retrieved: its Provenance says so. An import that wrote nothing has none. */
async function retrievedAt(medplum: MedplumClient, task: Task, exportId: string): Promise<Date> {
  const query = `_tag=${encodeURIComponent(`${EHI_EXPORT_SYSTEM}|${exportId}`)}&_sort=_lastUpdated&_count=1`;
  const provenance = await retryRead(() => medplum.searchOne('Provenance', query));
  return new Date(provenance?.recorded ?? task.executionPeriod?.start ?? Date.now());
}

/**
 * The app's Patient. When the export's own Patient became it, it carries a source key of the namespace, and has to become
 * it again: undefined.
 */
async function patientOf(medplum: MedplumClient, task: Task, namespace: string): Promise<string | undefined> {
  const reference = task.for?.reference;
  if (!reference?.startsWith('Patient/')) return undefined;
  const { meta } = await retryRead(() => medplum.readResource('Patient', reference.slice('Patient/'.length)));
  return meta?.source?.startsWith(sourceRoot(namespace)) ? undefined : reference;
}

function withOutcome(task: StoredTask, report: ImportReport): StoredTask {
  const executionPeriod = { ...task.executionPeriod, end: new Date().toISOString() };
  return { ...task, executionPeriod, output: outputsOfCompleted(task, report) };
}
