import type { MedplumClient } from '@medplum/core';
import { PermanentError } from '../errors.ts';
import { changeTask, type StoredTask } from '../medplum/change-task.ts';
import type { RetryJob } from '../queue/specs.ts';
import { isSettled } from './end-task.ts';
import { phaseConcept } from './ensure-task.ts';
import { importJobKey } from './import-job-key.ts';

export interface RetryImportDeps {
  /** The bridge's own client. */
  readonly medplum: Pick<MedplumClient, 'readResource' | 'updateResource'>;
  readonly retryJob: RetryJob;
}

export type AfterRetry = 'queued' | 'under-way';

/**
 * Queues an import that was given up once more. Calling it while the import waits or runs changes nothing.
 *
 * @param task - The import, as the caller may see it.
 * @throws PermanentError `import-settled` when there is nothing to try again, `import-gone` when the queue does not know
 *   it any more (30 days) or never got it: then only a new export helps.
 */
export async function retryImport({ medplum, retryJob }: RetryImportDeps, task: StoredTask): Promise<AfterRetry> {
  if (isSettled(task) || task.status === 'cancelled') {
    throw new PermanentError('import-settled', 'only an import that failed can be tried again');
  }
  const outcome = await retryJob('import', importJobKey(task));
  if (outcome === 'gone' && task.status === 'failed') {
    throw new PermanentError('import-gone', 'this import is no longer kept; ask for a new export instead');
  }
  if (outcome !== 'retried') return 'under-way';
  // The job may have begun, or even failed again: what it says of itself is newer.
  await changeTask(medplum, task.id, (stored) => {
    return stored.meta?.versionId === task.meta?.versionId ? queuedAgain(stored) : stored;
  });
  return 'queued';
}

function queuedAgain(task: StoredTask): StoredTask {
  const { statusReason: _, executionPeriod, ...rest } = task;
  const { end: __, ...period } = executionPeriod ?? {};
  return {
    ...rest,
    status: 'requested',
    businessStatus: phaseConcept('queued'),
    executionPeriod: period,
  } as StoredTask;
}
