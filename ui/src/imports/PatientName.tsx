import type { Task } from '@medplum/fhirtypes';
import { ResourceName } from '@medplum/react';

/** Whose records they are; an import on hold is nobody's until a person has decided, and a file's patient is known when it was read. */
export function PatientName({ task }: { readonly task: Task }) {
  if (!task.for) {
    if (task.status === 'on-hold') return 'Patient not confirmed';
    return task.status === 'completed' ? 'No single patient' : 'Patient not known yet';
  }
  return task.for.display ?? <ResourceName value={task.for} inherit span />;
}
