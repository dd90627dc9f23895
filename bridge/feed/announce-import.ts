import type { MedplumClient } from '@medplum/core';
import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE } from '../contract/identifiers.ts';
import { ledgerFromTask } from '../contract/import-task.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import type { AddJob, Payload } from '../queue/specs.ts';
import { findFedSubscriptions } from './find-fed-bots.ts';

interface AnnounceDeps {
  readonly medplum: Pick<MedplumClient, 'searchResources' | 'searchResourcePages'>;
  readonly addJob: AddJob;
}

/** As long as the queue remembers a completed job: later than that an import would be announced twice. */
const LOOKS_BACK_MS = 36 * 60 * 60 * 1000;

/** Queues the feeding of the bots with an import that is done. An import that ended anew, with another ledger, is another. */
export async function announceImport(addJob: AddJob, task: StoredTask): Promise<void> {
  if (task.status !== 'completed') return;
  await addJob('import-done', announcementKey(task), { taskId: task.id, end: endOf(task) });
}

/** Makes the job that starts one feed for each bot that wants what imports bring. */
export function createImportDoneJob({ medplum, addJob }: AnnounceDeps) {
  return async ({ taskId, end }: Payload<'import-done'>): Promise<void> => {
    const bots = new Set((await findFedSubscriptions(medplum)).map(({ botId }) => botId));
    for (const botId of bots) await addJob('bot-feed', [botId, taskId, end], { botId, taskId });
  };
}

/**
 * Announces the imports of the last day and a half once more: those that were run by hand, without a queue, and those whose
 * worker was killed before it could. What was announced is known and stays as it is.
 */
export async function announceLatest({ medplum, addJob }: AnnounceDeps): Promise<void> {
  const query = new URLSearchParams({
    code: `${BRIDGE_CODE_SYSTEM}|${IMPORT_TASK_CODE}`,
    status: 'completed',
    _lastUpdated: `ge${new Date(Date.now() - LOOKS_BACK_MS).toISOString()}`,
    // Pages by number end at the ten thousandth; in this order they go on.
    _sort: '_lastUpdated',
    _count: '500',
  });
  for await (const tasks of medplum.searchResourcePages('Task', query, { cache: 'reload' })) {
    for (const task of tasks) await announceImport(addJob, task);
  }
}

function announcementKey(task: StoredTask): string[] {
  return ['import', task.id, endOf(task)];
}

/** What tells one end of an import from the next. */
function endOf(task: StoredTask): string {
  return ledgerFromTask(task)?.merkleRoot ?? task.executionPeriod?.end ?? 'done';
}
