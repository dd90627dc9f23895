import type { MedplumClient } from '@medplum/core';
import type { ImportProgress, ImportReport } from '../contract/import-report.ts';
import { ledgerFromTask } from '../contract/import-task.ts';
import { retryRead } from '../medplum/client/retry-read.ts';
import { bindPatient, boundPatient } from './bind-patient.ts';
import { Documents, type UploadJournal } from './documents/documents.ts';
import { guardChart } from './guard/guard-chart.ts';
import { guardLineage } from './guard/guard-lineage.ts';
import { readEarlierImport } from './ledger/earlier-import.ts';
import { keepLedger } from './ledger/keep-ledger.ts';
import { keepRawExport } from './ledger/keep-raw-export.ts';
import type { LoadContext } from './load-context.ts';
import { loadExport } from './load-export.ts';
import { digestStanding } from './match/digest-line.ts';
import { refuseDeletedPatient } from './match/pass-deleted.ts';
import { indexExport } from './order/index-export.ts';
import { RowStates } from './row-states.ts';
import { loadDefinitions } from './shape/load-definitions.ts';
import { Tally } from './tally.ts';
import { batchCommitter } from './write/commit-batch.ts';
import { fencedCommitter } from './write/commit-bundle.ts';
import { FlightLimit, MOST_IN_FLIGHT } from './write/flight-limit.ts';
import { LanePool, LanesMoved } from './write/lane-pool.ts';
import { probeTransactions } from './write/probe-transactions.ts';

export interface ImportRequest {
  /** The connection's namespace: the first org_connection_id of its lineage. */
  readonly namespace: string;
  /** The namespace was another connection's: it must be that of the same source Patient. */
  readonly continues?: boolean | undefined;
  /** Fasten's `task_id`; for a file imported by hand, something that names its content. */
  readonly exportId: string;
  /** Id of the import's Task: with it the raw export, the ledger and an AuditEvent are kept, without it nothing but records. */
  readonly taskId?: string | undefined;
  /** Spool files of the export, in the order of its download links. Read twice, never changed. */
  readonly files: readonly string[];
  /** `Patient/<id>` of the app's Patient. Without it the export's one Patient becomes the app's. */
  readonly patient?: string | undefined;
  /** When the export was retrieved. */
  readonly retrieved: Date;
  /** Remembers which documents were uploaded by a run that did not come to its end. */
  readonly journal?: UploadJournal | undefined;
  /** Records that one bundle holds at most; default 100. */
  readonly maxEntries?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** What came of an import: its report, and `Patient/<id>` that the records were bound to, if any. */
export interface ImportResult {
  readonly report: ImportReport;
  readonly patient: string | undefined;
}

/**
 * Loads one export into Medplum: every line once, references intact. Running it again with the same namespace is always
 * safe, and writes nothing when nothing changed.
 *
 * Throws PermanentError (`not-jsonl`, `empty-export`, `import-running`, `patient-deleted`) for what trying again does not
 * cure, LostReplyError when the server stays away; then nothing is in flight and the next run goes on from there.
 * Throws HeldImport when the records seem to be somebody else's; Throws OtherSourcePatient when the namespace to
 * continue is another source Patient's. Then nothing but the raw export was written.
 */
export async function importExport(medplum: MedplumClient, request: ImportRequest): Promise<ImportResult> {
  try {
    return await importOnce(medplum, request);
  } catch (error) {
    // The last request of a run that was killed can look like a run that lives. Nothing was written yet: once more, over
    // what there is now. Two that live never write both, since the second time this one takes what the other holds.
    if (!(error instanceof LanesMoved)) throw error;
    return importOnce(medplum, request);
  }
}

async function importOnce(medplum: MedplumClient, request: ImportRequest): Promise<ImportResult> {
  const { files, namespace, exportId, taskId, patient, retrieved, signal, onProgress } = request;
  // Before anything can go wrong: Fasten deletes its copy after a day.
  const rawExport = taskId ? await keepRawExport(medplum, taskId, files, signal) : [];
  const hasEnded = taskId !== undefined && (await hasLedger(medplum, taskId, signal));
  await loadDefinitions();
  const tally = new Tally();
  const documents = new Documents(request.journal);
  const index = await indexExport({ files, tally, documents, signal, onProgress });
  const hasTransactions = await probeTransactions(medplum);
  if (request.continues) await guardLineage(medplum, { namespace, index, files, signal });
  const { held, unsure, bystanders } = await guardChart(medplum, { namespace, index, files, patient, taskId, signal });
  if (held) throw held;
  const lanes = await LanePool.open(medplum, namespace, new FlightLimit(hasTransactions ? MOST_IN_FLIGHT : 1));
  const binding = bindPatient(index, patient, bystanders);
  const standing = () => (hasTransactions ? digestStanding(binding, lanes.lastRun) : undefined);
  const earlier = await readEarlierImport(medplum, { namespace, index, standing: standing(), signal });
  tally.vanished = earlier?.vanished ?? 0;
  const context: LoadContext = {
    medplum,
    hasTransactions,
    origin: { namespace, exportId },
    hasEnded,
    files,
    index,
    states: new RowStates(index.size),
    tally,
    documents,
    binding,
    earlier,
    retrieved,
    rawExport,
    maxEntries: request.maxEntries,
    signal,
    onProgress,
  };
  await refuseDeletedPatient(context);
  const committer = hasTransactions ? fencedCommitter(context, lanes) : batchCommitter(context, lanes);
  await loadExport(context, committer);
  await committer.close();
  if (tally.settled !== tally.lines) throw new Error(`${tally.settled} of ${tally.lines} lines have a disposition`);
  return closeImport(context, { taskId, unsureTraits: unsure, standing: standing() });
}

async function hasLedger(medplum: MedplumClient, taskId: string, signal: AbortSignal | undefined): Promise<boolean> {
  return ledgerFromTask(await retryRead(() => medplum.readResource('Task', taskId), signal)) !== undefined;
}

interface Closing {
  readonly taskId: string | undefined;
  readonly unsureTraits: readonly string[];
  /** What the next import is told of how the rows stand. */
  readonly standing: string | undefined;
}

async function closeImport(context: LoadContext, { taskId, unsureTraits, standing }: Closing): Promise<ImportResult> {
  const { medplum, hasTransactions, origin, files, index, states, tally, documents, earlier, signal } = context;
  const patient = boundPatient(context);
  const report: ImportReport = {
    ...tally.report(origin.namespace),
    ...(unsureTraits.length > 0 && { unsureTraits: [...unsureTraits] }),
    ...(!hasTransactions && { withoutTransactions: true }),
  };
  if (!taskId) return { report, patient };
  const settled = { files, index, states, outcomes: tally.outcomes, documents, earlier, signal };
  const ledger = await keepLedger(medplum, taskId, settled, report, patient);
  return { report: ledger ? { ...report, ledger: { ...ledger, ...(standing && { standing }) } } : report, patient };
}
