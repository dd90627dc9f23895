import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { imported } from '../../audit/audit-import.ts';
import { bridgeName } from '../../audit/bridge-name.ts';
import { retryRead } from '../../medplum/retry-read.ts';

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
  const query = `entity=${reference}${since ? `&date=gt${encodeURIComponent(since)}` : ''}`;
  const event = imported({ at: new Date().toISOString(), patient, task: reference }, await bridgeName(medplum));
  await retryRead(() => medplum.createResourceIfNoneExist(event, query), signal);
}
