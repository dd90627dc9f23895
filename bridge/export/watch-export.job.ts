import type { MedplumClient } from '@medplum/core';
import { importStatusFromTask } from '../contract/import-status.ts';
import type { FastenGateway } from '../fasten/client.ts';
import { FastenError } from '../fasten/fasten-error.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import { readTask } from '../medplum/read-task.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { AddJob, Payload } from '../queue/specs.ts';
import { TryLater } from '../queue/try-later.ts';
import { CONNECTION_REVOKED, failTask } from './end-task.ts';
import { listImports } from './list-imports.ts';
import { tellFailure } from './tell-failure.ts';

export interface WatchExportDeps {
  readonly medplum: Pick<
    MedplumClient,
    'readResource' | 'searchResources' | 'createResourceIfNoneExist' | 'updateResource'
  >;
  readonly fasten: Pick<FastenGateway, 'readExport'>;
  readonly addJob: AddJob;
  readonly log: Log;
  readonly metrics: Metrics;
}

const MINUTE_MS = 60 * 1000;

/** Slow health systems take more than half an hour; before this nothing is amiss. */
export const FIRST_LOOK_MS = 60 * MINUTE_MS;
const NEXT_LOOK_MS = 60 * MINUTE_MS;
/** By then Fasten has given up its deliveries, and the file is gone. */
const GIVE_UP_MS = 25 * 60 * MINUTE_MS;

/**
 * Makes the job that looks after an export of which no webhook has told. When Fasten says that it ended, the webhook was
 * lost: only another request brings the links back, by a second event or by a new export.
 */
export function createWatchExportJob(deps: WatchExportDeps) {
  return async ({ taskId, consentId, orgConnectionId, exportId }: Payload<'export-watch'>): Promise<void> => {
    const task = await readTask(deps.medplum, taskId);
    if (task === undefined || !isWaiting(task)) return;
    const named = { taskId, exportId };
    if (await isPastHope(deps, task, consentId)) return;
    const state = await readState(deps, exportId);
    if (state === 'pending') {
      deps.metrics.alarms.inc({ alarm: 'export-slow' });
      deps.log.warn('export.slow', named);
    } else {
      deps.metrics.alarms.inc({ alarm: 'export-stranded' });
      deps.log.warn('export.stranded', { ...named, status: state });
      const hour = Math.floor(Date.now() / NEXT_LOOK_MS);
      await deps.addJob('export-request', ['stranded', taskId, `${hour}`], { consentId, orgConnectionId });
    }
    throw new TryLater(NEXT_LOOK_MS, `export-${state}`);
  };
}

/** Asked for, and nothing heard of since. */
function isWaiting(task: StoredTask): boolean {
  return task.status === 'requested' && importStatusFromTask(task).phase === 'requested';
}

/** Ends the Task of an export that nobody waits for any more, or that is over its time. */
async function isPastHope({ medplum, log }: WatchExportDeps, task: StoredTask, consentId: string): Promise<boolean> {
  const consent: StoredConsent = await medplum.readResource('Consent', consentId);
  if (consent.status !== 'active') {
    await failTask(medplum, task.id, CONNECTION_REVOKED, 'the connection has ended');
    return true;
  }
  const [newest] = await listImports(medplum, consentId);
  if (newest !== undefined && newest.id !== task.id) {
    await failTask(medplum, task.id, 'export-superseded', 'a later export of this connection took its place');
    return true;
  }
  if (Date.now() - Date.parse(task.authoredOn ?? '') < GIVE_UP_MS) return false;
  await tellFailure(medplum, task, 'support');
  await failTask(medplum, task.id, 'export-stranded', 'Fasten never told what became of this export', 'support');
  log.error('export.given-up', { taskId: task.id });
  return true;
}

async function readState({ fasten }: WatchExportDeps, exportId: string): Promise<string> {
  try {
    return (await fasten.readExport(exportId)).status;
  } catch (error) {
    if (error instanceof FastenError && error.status === 404) return 'unknown';
    throw error;
  }
}
