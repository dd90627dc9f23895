import { getStatus, type MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { BRIEF_WAITS_MS, retryRead } from './client/retry-read.ts';

/** A stored Task. */
export type StoredTask = Task & { readonly id: string };

const MAX_COLLISIONS = 5;

/**
 * Changes a Task as it is now, not as it was read some time ago: others (the ingest, a clinician) write to it too.
 *
 * @param medplum - The bridge's own client.
 * @param taskId - Which one.
 * @param change - From the stored Task to the wanted one; called again when somebody was quicker. The same object back
 *   means that nothing is to be written.
 * @returns The Task as stored.
 */
export async function changeTask(
  medplum: Pick<MedplumClient, 'readResource' | 'updateResource'>,
  taskId: string,
  change: (task: StoredTask) => StoredTask,
): Promise<StoredTask> {
  for (let collisions = 0; ; collisions++) {
    const stored: StoredTask = await medplum.readResource('Task', taskId);
    const wanted = change(stored);
    if (wanted === stored) {
      return stored;
    }
    try {
      const headers = { 'If-Match': `W/"${stored.meta?.versionId}"` };
      return await medplum.updateResource(wanted, { headers });
    } catch (error) {
      if (!isCollision(error) || collisions >= MAX_COLLISIONS) {
        throw error;
      }
    }
  }
}

/**
 * {@link changeTask} for a `change` that finds its own work done when it is called again: a reply that was lost is no
 * reason to give up a job.
 */
export function changeTaskSurely(...[medplum, taskId, change]: Parameters<typeof changeTask>): Promise<StoredTask> {
  return retryRead(() => changeTask(medplum, taskId, change), undefined, BRIEF_WAITS_MS);
}

/** 412: the version is not the newest any more; 409: two transactions of the server's database met. */
function isCollision(error: unknown): boolean {
  return error instanceof OperationOutcomeError && [409, 412].includes(getStatus(error.outcome));
}
