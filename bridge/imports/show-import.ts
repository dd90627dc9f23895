import type { Task } from '@medplum/fhirtypes';
import { REDRIVING } from '../contract/import-redrive.ts';
import { type ImportStatus, importProgressSchema, importStatusFromTask } from '../contract/import-status.ts';

/** What the running job of an import last said. */
export type ReadProgress = (task: Task) => Promise<unknown>;

/** How an import stands: what its Task says, and while it runs what its job says. */
export async function showImport(task: Task, readProgress: ReadProgress): Promise<ImportStatus> {
  const status = importStatusFromTask(task);
  if (status.status !== 'in-progress' && status.phase !== REDRIVING) return status;
  const progress = importProgressSchema.safeParse(await readProgress(task)).data;
  return { ...status, ...(progress && { progress }) };
}
