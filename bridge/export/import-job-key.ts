import type { Task } from '@medplum/fhirtypes';
import { holdFromTask } from '../contract/import-hold.ts';

/** Names the job of an import. After a hold it is another job: the one that was held is done, and its key is used up. */
export function importJobKey(task: Task): string[] {
  const { decidedAt } = holdFromTask(task);
  return [task.id ?? '', ...(decidedAt ? [decidedAt] : [])];
}
