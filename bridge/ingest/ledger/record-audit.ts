import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { IMPORT_SUBTYPE, imported } from '../../audit/audit-import.ts';
import { bridgeName } from '../../audit/bridge-name.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';

/**
 * Records that a record was imported. Once
 * for each completion of the Task: a run that was killed before it completed the Task finds what it recorded.
 *
 * @param task - The import's Task as it was before this completion.
 * @param patient - `Patient/<id>` that the record belongs to; absent for a file of several patients.
 */
export async function recordAudit(
  medplum: MedplumClient,
  task: Task,
  patient: string | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const reference = `Task/${task.id}`;
  const since = task.status === 'completed' ? task.executionPeriod?.end : undefined;
  // Every run of a bot with this Task, and every look at its ledger, is an AuditEvent about it too: only an import is ours.
  const query = new URLSearchParams({ entity: reference, subtype: `${IMPORT_SUBTYPE.system}|${IMPORT_SUBTYPE.code}` });
  if (since) query.set('date', `gt${since}`);
  const event = imported({ at: new Date().toISOString(), patient, task: reference }, await bridgeName(medplum));
  await retryRead(() => medplum.createResourceIfNoneExist(event, query.toString()), signal);
}
