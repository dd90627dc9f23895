import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE } from '../contract/identifiers.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { StoredTask } from '../medplum/change-task.ts';

/**
 * Reads an import's Task with the caller's own token, before anything else about it is told: Medplum decides who sees it.
 *
 * @throws HttpError 404 for a Task that is no import, or not theirs to see.
 */
export async function readImport(caller: Caller, taskId: string): Promise<StoredTask> {
  const task = await caller.read('Task', taskId);
  if (!task.code?.coding?.some(({ system, code }) => system === BRIDGE_CODE_SYSTEM && code === IMPORT_TASK_CODE)) {
    throw new HttpError(404, 'not-found', 'this Task is not an import');
  }
  return task as StoredTask;
}
