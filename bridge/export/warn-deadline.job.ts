import type { MedplumClient } from '@medplum/core';
import { importStatusFromTask } from '../contract/import-status.ts';
import { rawExportsFromTask } from '../contract/import-task.ts';
import { readTask } from '../medplum/read-task.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Payload } from '../queue/specs.ts';

export interface WarnDeadlineDeps {
  readonly medplum: Pick<MedplumClient, 'readResource'>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Fasten deletes the file of an export 24 hours after its event; this long before that somebody can still act. */
export const WARN_AFTER_MS = 18 * 60 * 60 * 1000;

/**
 * Makes the job that raises an alarm for an export which still nobody has fetched when its file has six hours left. Once
 * its copy is kept in Medplum, Fasten's deadline no longer matters.
 */
export function createWarnDeadlineJob({ medplum, log, metrics }: WarnDeadlineDeps) {
  return async ({ taskId, exportId }: Payload<'export-deadline'>): Promise<void> => {
    const task = await readTask(medplum, taskId);
    const isOpen = ['requested', 'in-progress', 'failed'].includes(task?.status ?? '');
    if (task === undefined || !isOpen || rawExportsFromTask(task).length > 0) return;
    metrics.alarms.inc({ alarm: 'export-deadline' });
    log.error('export.deadline-near', { taskId, exportId, phase: importStatusFromTask(task).phase });
  };
}
