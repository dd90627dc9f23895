import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { heldTask } from '../../contract/import-hold.ts';
import { PermanentError } from '../../errors.ts';
import { changeTask } from '../../medplum/change-task.ts';
import type { HeldImport } from './held-import.ts';

/** Puts the Task of a file's import on hold. One that was completed, for whatever chart, stays as it is. */
export async function holdTask(medplum: MedplumClient, id: string, namespace: string, held: HeldImport): Promise<void> {
  const { patient, reasons } = held;
  await changeTask(medplum, id, (task) => {
    return task.status === 'completed'
      ? task
      : heldTask(task, { connection: namespace, candidate: patient, differences: reasons });
  });
}

/** Throws PermanentError `import-rejected` when a person decided that this file is not to be loaded. */
export function refuseRejected(task: Task | undefined): void {
  if (task?.status !== 'rejected') return;
  const what = `Task/${task.id}: a person decided that these records do not belong to the chart`;
  throw new PermanentError(
    'import-rejected',
    `${what}; load them under another --connection if they are somebody else's`,
  );
}
