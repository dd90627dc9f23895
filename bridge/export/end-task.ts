import type { MedplumClient } from '@medplum/core';
import { IMPORT_CODE_SYSTEM, NEXT_STEP_SYSTEM } from '../contract/identifiers.ts';
import type { NextStep } from '../contract/import-status.ts';
import { withMoment } from '../contract/import-timeline.ts';
import { changeTaskSurely, type StoredTask } from '../medplum/change-task.ts';
import { phaseConcept } from './ensure-task.ts';

type TaskClient = Pick<MedplumClient, 'readResource' | 'updateResource'>;

/** Code of the reason that is nobody's fault: the patient withdrew. */
export const CONNECTION_REVOKED = 'connection-revoked';

/** True for a Task that no event and no job moves any more: it is done, or a person decides or has decided. */
export function isSettled({ status }: StoredTask): boolean {
  return status === 'completed' || status === 'on-hold' || status === 'rejected';
}

/** What has happened when a phase begins. */
const BEGINS = { downloading: 'download-started', loading: 'downloaded' } as const;

/** The Task goes on: in progress, with its phase. A settled one is left alone. */
export function moveTask(medplum: TaskClient, taskId: string, phase: 'queued' | 'downloading' | 'loading') {
  return changeTaskSurely(medplum, taskId, (task) => {
    if (isSettled(task)) {
      return task;
    }
    // An earlier attempt may have ended it: what it said then no longer holds.
    const { statusReason: _, executionPeriod, ...rest } = task;
    const { end: __, ...period } = executionPeriod ?? {};
    const moved = {
      ...rest,
      status: 'in-progress',
      businessStatus: phaseConcept(phase),
      executionPeriod: period,
    } as StoredTask;
    return phase === 'queued' ? moved : withMoment(moved, BEGINS[phase], new Date().toISOString());
  });
}

/**
 * The Task ends without its record: `failed`, or `cancelled` when the connection was revoked. A settled one is left
 * alone: events come in any order.
 *
 * @param code - A short constant; kept as `Task.statusReason`.
 * @param text - One sentence without PHI.
 * @param next - What follows, when that is known.
 */
export function failTask(medplum: TaskClient, taskId: string, code: string, text: string, next?: NextStep) {
  const status = code === CONNECTION_REVOKED ? 'cancelled' : 'failed';
  const coding = [{ system: IMPORT_CODE_SYSTEM, code }, ...(next ? [{ system: NEXT_STEP_SYSTEM, code: next }] : [])];
  return changeTaskSurely(medplum, taskId, (task) => {
    const isSaid = task.status === status && task.statusReason?.coding?.some((said) => said.code === code);
    if (isSettled(task) || isSaid) {
      return task;
    }
    return {
      ...task,
      status,
      businessStatus: phaseConcept(status),
      statusReason: { coding, text },
      executionPeriod: { ...task.executionPeriod, end: new Date().toISOString() },
    };
  });
}
