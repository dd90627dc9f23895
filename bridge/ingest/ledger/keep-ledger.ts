import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import type { ImportReport, LedgerFile } from '../../contract/import-report.ts';
import { countsFromTask, ledgerFromTask, vanishedFromTask } from '../../contract/import-task.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';
import type { Settled } from './list-entries.ts';
import { recordAudit } from './record-audit.ts';
import { writeLedger } from './write-ledger.ts';

/**
 * Keeps the ledger of an import that has settled every line, and the AuditEvent that the record was imported. The caller
 * names the ledger in the Task when it completes it. Undefined, and nothing written, when the completed Task already
 * tells this very outcome.
 */
export async function keepLedger(
  medplum: MedplumClient,
  taskId: string,
  settled: Settled,
  report: ImportReport,
  patient: string | undefined,
): Promise<LedgerFile | undefined> {
  const task = await retryRead(() => medplum.readResource('Task', taskId), settled.signal);
  if (tellsAlready(task, report)) return undefined;
  const ledger = await writeLedger(medplum, settled, patient);
  await recordAudit(medplum, task, patient, settled.signal);
  return ledger;
}

/** True when nothing was written now and every kind of ending has as many lines as then; stored lines make up the rest. */
function tellsAlready(task: Task, report: ImportReport): boolean {
  if (task.status !== 'completed' || !ledgerFromTask(task) || report.created + report.updated > 0) return false;
  const told = countsFromTask(task);
  const isSame = (['lines', 'duplicate', 'quarantined', 'skipped'] as const).every(
    (name) => told[name] === report[name],
  );
  return isSame && vanishedFromTask(task) === (report.vanished ?? 0);
}
