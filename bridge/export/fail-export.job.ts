import type { MedplumClient } from '@medplum/core';
import type { NextStep } from '../contract/import-status.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { AddJob, Payload } from '../queue/specs.ts';
import { classifyFailure, type FailureClass } from './classify-failure.ts';
import { failTask, isSettled } from './end-task.ts';
import { ensureTask } from './ensure-task.ts';
import { listImports } from './list-imports.ts';
import { requireConnection } from './require-connection.ts';
import { tellFailure } from './tell-failure.ts';

export interface FailExportDeps {
  readonly medplum: Pick<
    MedplumClient,
    'searchOne' | 'searchResources' | 'readResource' | 'createResourceIfNoneExist' | 'updateResource'
  >;
  readonly addJob: AddJob;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Makes the job that acts upon a failed export: another one is asked for later where that may help, else the patient is
 * asked to reconnect, or support sees it. The Task says which, and the patient is told when there is something to tell.
 */
export function createFailExportJob(deps: FailExportDeps) {
  return async ({ orgConnectionId, exportId, reason }: Payload<'export-failed'>): Promise<void> => {
    const { medplum, addJob, log, metrics } = deps;
    const consent = await requireConnection(medplum, orgConnectionId);
    const task = await ensureTask(medplum, consent, exportId);
    if (isSettled(task)) return;
    const failure = classifyFailure(reason);
    const { step, delayMs } = await planNext(deps, consent, task, failure);
    if (delayMs !== undefined) {
      const again = { consentId: consent.id, orgConnectionId, after: task.id };
      await addJob('export-request', ['retry', task.id], again, { delayMs });
    }
    if (step !== undefined) await tellFailure(medplum, task, step);
    await failTask(medplum, task.id, failure.code, failure.text, step);
    metrics.exportFailures.inc({ reason: failure.code, next: step ?? 'none' });
    log.warn('export.failed', { taskId: task.id, exportId, reason: failure.code, code: step, delayMs });
  };
}

interface Plan {
  /** Nothing when the connection has ended: nobody waits for its export. */
  readonly step?: NextStep;
  readonly delayMs?: number;
}

/** Each export that failed since the last one that did not has used up one of the waits. */
async function planNext(
  { medplum }: FailExportDeps,
  consent: StoredConsent,
  task: StoredTask,
  failure: FailureClass,
): Promise<Plan> {
  if (consent.status !== 'active') return {};
  const earlier = (await listImports(medplum, consent.id)).filter(({ id }) => id !== task.id);
  const lastGood = earlier.findIndex(({ status }) => status !== 'failed');
  const failures = lastGood === -1 ? earlier.length : lastGood;
  const delayMs = failure.retryAfterMs[failures];
  return delayMs === undefined ? { step: failure.endsIn } : { step: 'retry', delayMs };
}
