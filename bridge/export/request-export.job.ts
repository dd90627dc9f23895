import type { MedplumClient } from '@medplum/core';
import { PermanentError } from '../errors.ts';
import type { FastenGateway } from '../fasten/client.ts';
import { FastenError } from '../fasten/fasten-error.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import type { Log } from '../observe/log.ts';
import type { Payload } from '../queue/specs.ts';
import { CONNECTION_REVOKED } from './end-task.ts';
import { ensureTask } from './ensure-task.ts';

export interface RequestExportDeps {
  readonly medplum: Pick<MedplumClient, 'readResource' | 'createResourceIfNoneExist'>;
  readonly fasten: Pick<FastenGateway, 'requestExport'>;
  readonly log: Log;
}

/**
 * Makes the job that asks Fasten for an export. Fasten starts none by itself; asked again, it answers with the same one
 * for about a day, so running this twice is harmless.
 */
export function createRequestExportJob(deps: RequestExportDeps) {
  return async ({ consentId, orgConnectionId }: Payload<'export-request'>): Promise<void> => {
    const consent: StoredConsent = await deps.medplum.readResource('Consent', consentId);
    if (consent.status !== 'active') {
      throw new PermanentError(CONNECTION_REVOKED, 'the connection was revoked before its export was asked for');
    }
    const { exportId } = await request(deps, orgConnectionId);
    const task = await ensureTask(deps.medplum, consent, exportId);
    deps.log.info('export.requested', { connectionId: consentId, exportId, taskId: task.id });
  };
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
