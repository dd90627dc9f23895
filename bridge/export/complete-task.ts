import type { ImportReport } from '../contract/import-report.ts';
import { outputsOfCompleted } from '../contract/import-task.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import { phaseConcept } from './ensure-task.ts';

/**
 * The Task of an import that is done: completed, with how many lines ended how. The raw exports stay named.
 *
 * @param task - As stored now.
 * @param report - What the ingest says; its counts add up to the lines.
 * @returns The Task to store; the same object when it says all this already.
 */
export function completeTask(task: StoredTask, report: ImportReport): StoredTask {
  if (task.status === 'completed') {
    return task;
  }
  const { statusReason: _, ...rest } = task;
  return {
    ...rest,
    status: 'completed',
    businessStatus: phaseConcept('loaded'),
    executionPeriod: { ...task.executionPeriod, end: new Date().toISOString() },
    output: outputsOfCompleted(task, report),
  } as StoredTask;
}
