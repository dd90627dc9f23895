import type { MedplumClient } from '@medplum/core';
import type { StoredConsent } from '../medplum/find-connection.ts';
import type { Log } from '../observe/log.ts';
import type { Payload } from '../queue/specs.ts';
import { CONNECTION_REVOKED, failTask } from './end-task.ts';
import { listImports } from './list-imports.ts';

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
    const imports = await listImports(medplum, consentId);
    for (const { id } of imports.filter((task) => ['requested', 'in-progress'].includes(task.status))) {
      const { status } = await failTask(medplum, id, CONNECTION_REVOKED, 'the connection has ended');
      log.info('import.cancelled', { taskId: id, status });
    }
  };
}
