import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { isRedriving, redriveFromTask, redrivingTask } from '../contract/import-redrive.ts';
import { countsFromTask, rawExportsFromTask } from '../contract/import-task.ts';
import { PermanentError } from '../errors.ts';
import { changeTask, type StoredTask } from '../medplum/change-task.ts';
import type { AddJob } from '../queue/specs.ts';

export type AfterRedriveAsked = 'queued' | 'under-way';

/**
 * Queues another try of the lines that a completed import quarantined. Asking while one waits or runs starts no second.
 *
 * @param asker - A client with the token of who asks: Medplum's AccessPolicy says whether they may, its history who it was.
 * @param askedBy - Who that is: `Practitioner/<id>`.
 * @throws PermanentError `nothing-quarantined` when there is nothing to try, `no-raw-export` when there is nothing to try it
 *   from.
 */
export async function askRedrive(
  asker: Pick<MedplumClient, 'readResource' | 'updateResource'>,
  addJob: AddJob,
  taskId: string,
  askedBy: string,
): Promise<AfterRedriveAsked> {
  let isNew = false;
  const task = await changeTask(asker, taskId, (stored) => {
    isNew = !isRedriving(stored);
    if (!isNew) return stored;
    refuseVain(stored);
    return redrivingTask(stored, askedBy, new Date().toISOString());
  });
  // Also when it was asked for before: a Redis that lost the job gets it back.
  await addJob('redrive', redriveJobKey(task), { taskId });
  return isNew ? 'queued' : 'under-way';
}

/** Names the job of the last time that somebody asked. */
export function redriveJobKey(task: Task): string[] {
  return [task.id ?? '', redriveFromTask(task)?.askedAt ?? ''];
}

function refuseVain(task: StoredTask): void {
  if (task.status !== 'completed' || countsFromTask(task).quarantined === 0) {
    throw new PermanentError('nothing-quarantined', 'no line of this import is quarantined');
  }
  if (rawExportsFromTask(task).length === 0) {
    throw new PermanentError('no-raw-export', 'this import kept no raw export; ask for a new export instead');
  }
}
