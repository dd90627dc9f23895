import type { MedplumClient } from '@medplum/core';
import { timelineFromTask, withMoment } from '../contract/import-timeline.ts';
import { changeTask } from '../medplum/change-task.ts';
import type { Log } from '../observe/log.ts';
import type { AddJob, Payload } from '../queue/specs.ts';
import { withAnnouncement } from './announce.ts';
import { CONNECTION_REVOKED, failTask, isSettled, moveTask } from './end-task.ts';
import { ensureTask } from './ensure-task.ts';
import { importJobKey } from './import-job-key.ts';
import { requireConnection } from './require-connection.ts';
import { WARN_AFTER_MS } from './warn-deadline.job.ts';

export interface ReceiveExportDeps {
  readonly medplum: Pick<MedplumClient, 'searchOne' | 'readResource' | 'createResourceIfNoneExist' | 'updateResource'>;
  readonly addJob: AddJob;
  readonly log: Log;
}

/**
 * Makes the job that takes an export over: its connection is found (by connection first, since the event may be quicker
 * than the answer to our own request), its Task is found or made, and its import is queued. An export that was loaded
 * already, is on hold or was rejected is not loaded again, whichever event asks for it.
 */
export function createReceiveExportJob({ medplum, addJob, log }: ReceiveExportDeps) {
  return async (ready: Payload<'export-ready'>): Promise<void> => {
    const consent = await requireConnection(medplum, ready.orgConnectionId);
    const task = await ensureTask(medplum, consent, ready.exportId);
    const named = { taskId: task.id, exportId: ready.exportId };
    if (isSettled(task)) {
      log.info('import.already-done', { ...named, status: task.status });
      return;
    }
    if (consent.status !== 'active') {
      await failTask(medplum, task.id, CONNECTION_REVOKED, 'the connection was revoked before its export arrived');
      log.warn('export.refused', { ...named, reason: CONNECTION_REVOKED });
      return;
    }
    const files = ready.files.filter(({ format }) => format !== 'other');
    await changeTask(medplum, task.id, (stored) => {
      const announced = timelineFromTask(stored).announced ?? new Date().toISOString();
      return withMoment(withAnnouncement(stored, ready), 'announced', announced);
    });
    if (files.length === 0) {
      await failTask(medplum, task.id, 'no-usable-file', 'the event named no file that can be fetched and loaded');
      log.warn('export.refused', { ...named, reason: 'no-usable-file' });
      return;
    }
    if (task.status !== 'in-progress') {
      // Before the job, which moves the Task on and may be quicker than we are.
      await moveTask(medplum, task.id, 'queued');
    }
    const watched = { taskId: task.id, exportId: ready.exportId };
    await addJob('export-deadline', [task.id], watched, { delayMs: WARN_AFTER_MS });
    await addJob('import', importJobKey(task), {
      taskId: task.id,
      consentId: consent.id,
      exportId: ready.exportId,
      files,
    });
  };
}
