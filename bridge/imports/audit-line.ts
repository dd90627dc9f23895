import type { MedplumClient } from '@medplum/core';
import { importRead } from '../audit/audit-read.ts';
import { bridgeName } from '../audit/bridge-name.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import { currentContext } from '../observe/job-context.ts';

/**
 * Records that somebody read a line of an export, and returns when Medplum has it: Medplum sees only the bridge read it; who
 * it was for, the bridge must say.
 *
 * @param profile - Who read: `Practitioner/<id>`.
 */
export async function auditLine(
  medplum: Pick<MedplumClient, 'createResource' | 'getProfileAsync'>,
  task: StoredTask,
  profile: string,
  line: number,
): Promise<void> {
  const { requestId } = currentContext();
  const act = { at: new Date().toISOString(), who: profile, patient: task.for?.reference, requestId };
  await medplum.createResource(importRead({ ...act, task: `Task/${task.id}`, line }, await bridgeName(medplum)));
}
