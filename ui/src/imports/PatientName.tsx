import type { Task } from '@medplum/fhirtypes';
import { ReferenceName } from '../states/ReferenceName.tsx';

/** Whose records they are; an import on hold is nobody's until a person has decided, and a file's patient is known when it was read. */
export function PatientName({ task }: { readonly task: Task }) {
  if (!task.for) {
    if (task.status === 'on-hold') return 'Patient not confirmed';
    return task.status === 'completed' ? 'No single patient' : 'Patient not known yet';
  }
  return <ReferenceName value={task.for} otherwise="A patient" />;
}
