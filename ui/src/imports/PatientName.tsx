import type { Task } from '@medplum/fhirtypes';
import { ResourceName } from '@medplum/react';

/** Whose records they are; an import on hold is nobody's until a person has decided. */
export function PatientName({ task }: { readonly task: Task }) {
  if (!task.for) {
    return 'Patient not confirmed';
  }
  return task.for.display ?? <ResourceName value={task.for} inherit span />;
}
