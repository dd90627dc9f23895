import { getStatus, type MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { StoredTask } from './change-task.ts';

/** The Task of an import; undefined when it is gone, as after its connection was erased: then nothing waits for it. */
export async function readTask(
  medplum: Pick<MedplumClient, 'readResource'>,
  taskId: string,
): Promise<StoredTask | undefined> {
  try {
    return await medplum.readResource('Task', taskId);
  } catch (error) {
    if (error instanceof OperationOutcomeError && [404, 410].includes(getStatus(error.outcome))) return undefined;
    throw error;
  }
}
