import type { MedplumClient } from '@medplum/core';
import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE } from '../contract/identifiers.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import type { Log } from '../observe/log.ts';
import type { Payload } from '../queue/specs.ts';
import { CONNECTION_REVOKED, failTask } from './end-task.ts';

export interface CancelImportsDeps {
  readonly medplum: Pick<MedplumClient, 'readResource' | 'searchResources' | 'updateResource'>;
  readonly log: Log;
}

/**
 * Makes the job that cancels what was under way for a connection that has ended. A load that runs sees by itself that its
 * Consent is no longer active; here the Tasks end that wait for Fasten or in a queue. One on hold stays with its decider.
 */
export function createCancelImportsJob({ medplum, log }: CancelImportsDeps) {
  return async ({ consentId }: Payload<'connection-ended'>): Promise<void> => {
    const consent: StoredConsent = await medplum.readResource('Consent', consentId);
    // Connected again in the meantime: whatever is under way is wanted.
    if (consent.status === 'active') return;
    for (const { id } of await findUnderWay(medplum, consentId)) {
      const { status } = await failTask(medplum, id, CONNECTION_REVOKED, 'the connection has ended');
      log.info('import.cancelled', { taskId: id, status });
    }
  };
}

function findUnderWay(medplum: CancelImportsDeps['medplum'], consentId: string): Promise<readonly StoredTask[]> {
  const query = new URLSearchParams({
    code: `${BRIDGE_CODE_SYSTEM}|${IMPORT_TASK_CODE}`,
    focus: `Consent/${consentId}`,
    status: 'requested,in-progress',
    _count: '100',
  });
  return medplum.searchResources('Task', query, { cache: 'reload' });
}
