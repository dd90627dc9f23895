import type { TaskOutput } from '@medplum/fhirtypes';
import { IMPORT_CODE_SYSTEM } from '../contract/identifiers.ts';
import type { ImportReport } from '../contract/import-report.ts';
import { outputsOfCompleted } from '../contract/import-task.ts';
import { withMoment } from '../contract/import-timeline.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import { missingLines } from './announce.ts';
import { phaseConcept } from './ensure-task.ts';

/**
 * The Task of an import that is done: completed, with how many lines ended how, and how many fewer they
 * are than announced. The raw exports stay named.
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
  const missing = missingLines(task, report.lines);
  const ended = new Date().toISOString();
  const done = {
    ...rest,
    status: 'completed',
    businessStatus: phaseConcept('loaded'),
    executionPeriod: { ...task.executionPeriod, end: ended },
    output: [...outputsOfCompleted(task, report), ...(missing > 0 ? [missingOutput(missing)] : [])],
  } as StoredTask;
  return withMoment(done, 'loaded', ended);
}

function missingOutput(valueInteger: number): TaskOutput {
  return { type: { coding: [{ system: IMPORT_CODE_SYSTEM, code: 'fewer-than-announced' }] }, valueInteger };
}
