import type { MedplumClient } from '@medplum/core';
import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE } from '../contract/identifiers.ts';
import { type Decision, decidedTask, holdFromTask } from '../contract/import-hold.ts';
import { PermanentError } from '../errors.ts';
import { changeTask, type StoredTask } from './change-task.ts';

/**
 * Writes what a person decided about an import on hold. Deciding the same twice writes once.
 *
 * @param decider - A client signed in as the person who decides: Medplum's AccessPolicy says whether they may, and its
 *   history who it was.
 * @param taskId - The import's Task.
 * @returns The Task: `requested` after `accepted`, ready to run past the guard, or `rejected`.
 * @throws PermanentError `decider-not-allowed` for a patient or a relative: nobody decides whose record their own is;
 *   `not-on-hold` when nothing, or something else, was decided already.
 */
export async function decideHold(
  decider: Pick<MedplumClient, 'get' | 'readResource' | 'updateResource'>,
  taskId: string,
  decision: Decision,
): Promise<StoredTask> {
  const profile = await profileOf(decider);
  if (/^(Patient|RelatedPerson)\//.test(profile)) {
    throw new PermanentError('decider-not-allowed', 'neither a patient nor a relative decides whose records these are');
  }
  return changeTask(decider, taskId, (task) => {
    const hold = holdFromTask(task);
    const isOurs = task.code?.coding?.some(
      ({ system, code }) => system === BRIDGE_CODE_SYSTEM && code === IMPORT_TASK_CODE,
    );
    if (isOurs && hold.decision === decision && task.status !== 'on-hold') return task;
    if (!isOurs || task.status !== 'on-hold' || !hold.candidate) {
      throw new PermanentError('not-on-hold', `Task/${taskId} is not an import that waits for a decision`);
    }
    return decidedTask(task, decision, profile, new Date().toISOString());
  });
}

/** Asked of the server, not of the client: what a client remembers may be somebody else's sign-in. */
async function profileOf(decider: Pick<MedplumClient, 'get'>): Promise<string> {
  const { profile } = (await decider.get('auth/me')) as { profile?: { resourceType?: string; id?: string } };
  if (!profile?.resourceType || !profile.id) {
    throw new PermanentError('decider-unknown', 'this sign-in belongs to no member of the project');
  }
  return `${profile.resourceType}/${profile.id}`;
}
