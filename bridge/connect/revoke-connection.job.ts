import type { MedplumClient } from '@medplum/core';
import { findConnection } from '../medplum/find-connection.ts';
import type { Log } from '../observe/log.ts';
import type { Payload } from '../queue/specs.ts';

export interface RevokeDeps {
  readonly medplum: Pick<MedplumClient, 'searchOne' | 'updateResource'>;
  readonly log: Log;
}

/**
 * Makes the job that ends a connection: its Consent becomes inactive, and from then on nothing of it is loaded. A
 * connection that was never completed has nothing to end; completing it later asks Fasten, who then refuses it.
 */
export function createRevokeJob(deps: RevokeDeps) {
  return async ({ orgConnectionId }: Payload<'connection-revoked'>): Promise<void> => {
    const consent = await findConnection(deps.medplum, orgConnectionId);
    if (consent?.status !== 'active') {
      return;
    }
    const headers = { 'If-Match': `W/"${consent.meta?.versionId}"` };
    await deps.medplum.updateResource({ ...consent, status: 'inactive' }, { headers });
    deps.log.info('connection.revoked', { connectionId: consent.id });
  };
}
