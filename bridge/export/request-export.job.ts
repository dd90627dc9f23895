import type { MedplumClient } from '@medplum/core';
import { PermanentError } from '../errors.ts';
import type { FastenGateway } from '../fasten/client.ts';
import { FastenError } from '../fasten/fasten-error.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import { retryRead } from '../medplum/client/retry-read.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import type { Log } from '../observe/log.ts';
import type { AddJob, Payload } from '../queue/specs.ts';
import { CONNECTION_REVOKED } from './end-task.ts';
import { ensureTask } from './ensure-task.ts';
import { listImports } from './list-imports.ts';
import { tellConnected } from './tell-import.ts';
import { FIRST_LOOK_MS } from './watch-export.job.ts';

export interface RequestExportDeps {
  readonly medplum: Pick<MedplumClient, 'readResource' | 'searchResources' | 'createResourceIfNoneExist'>;
  readonly fasten: Pick<FastenGateway, 'requestExport'>;
  readonly addJob: AddJob;
  readonly log: Log;
}

/** Longer than Fasten repeats itself. */
const ASK_ANEW_MS = 25 * 60 * 60 * 1000;

/**
 * Makes the job that asks Fasten for an export. Fasten starts none by itself; asked again, it answers with the same one
 * for about a day, so running this twice is harmless.
 */
export function createRequestExportJob(deps: RequestExportDeps) {
  return async ({ consentId, orgConnectionId, after, wantedAt }: Payload<'export-request'>): Promise<void> => {
    const consent: StoredConsent = await deps.medplum.readResource('Consent', consentId);
    if (consent.status !== 'active') {
      throw new PermanentError(CONNECTION_REVOKED, 'the connection was revoked before its export was asked for');
    }
    if (after !== undefined && (await isFollowed(deps, consentId, after))) {
      deps.log.info('export.not-needed', { connectionId: consentId, taskId: after });
      return;
    }
    const failed = wantedAt === undefined ? undefined : await findFailed(deps, consentId, wantedAt);
    if (failed !== undefined) {
      await tellOnce(deps, consent, failed);
      deps.log.info('export.not-needed', { connectionId: consentId, taskId: failed.id });
      return;
    }
    const { exportId, status } = await request(deps, orgConnectionId);
    // Asked again later, Fasten begins another export if this one has ended by then.
    const task = await retryRead(() => ensureTask(deps.medplum, consent, exportId));
    await tellOnce(deps, consent, task);
    deps.log.info('export.requested', { connectionId: consentId, exportId, taskId: task.id, status });
    if (task.status === 'requested') {
      const watched = { taskId: task.id, consentId, orgConnectionId, exportId };
      await deps.addJob('export-watch', [task.id], watched, { delayMs: FIRST_LOOK_MS });
    } else if (task.status === 'failed' && status === 'failed') {
      // Whether asking again after a failure begins anything is nowhere said: here it did not.
      const again = { consentId, orgConnectionId };
      await deps.addJob('export-request', ['anew', task.id], again, { delayMs: ASK_ANEW_MS });
    }
  };
}

/** Two exports of a connection may fail side by side; what follows is planned after the later one. */
async function isFollowed({ medplum }: RequestExportDeps, consentId: string, after: string): Promise<boolean> {
  const [newest] = await listImports(medplum, consentId);
  return newest !== undefined && newest.id !== after;
}

/**
 * The export that this very wish has brought, if it has failed by now: a job that was killed when it had asked would begin
 * another one, and the patient would be told twice.
 */
async function findFailed(
  { medplum }: RequestExportDeps,
  consentId: string,
  wantedAt: string,
): Promise<StoredTask | undefined> {
  const [newest] = await listImports(medplum, consentId);
  const isOfWish = Date.parse(newest?.authoredOn ?? '') >= Date.parse(wantedAt);
  return newest?.status === 'failed' && isOfWish ? newest : undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Each connecting is told of once; the exports that follow it for years are not. */
async function tellOnce(
  deps: RequestExportDeps,
  { id, dateTime = '', patient }: StoredConsent,
  task: StoredTask,
): Promise<void> {
  if (Date.now() - Date.parse(dateTime) > DAY_MS) return;
  await tellConnected(deps, task, patient?.reference, `${id}/connected/${dateTime}`);
}

async function request(deps: RequestExportDeps, orgConnectionId: string) {
  try {
    return await deps.fasten.requestExport(orgConnectionId);
  } catch (cause) {
    if (cause instanceof FastenError && (cause.status === 404 || cause.status === 410)) {
      throw new PermanentError('connection-gone', 'Fasten Connect no longer knows this connection', { cause });
    }
    throw cause;
  }
}
