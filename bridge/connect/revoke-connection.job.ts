import type { MedplumClient } from '@medplum/core';
import type { OrgConnection } from '../fasten/answers.ts';
import { findConnection } from '../medplum/find-connection.ts';
import type { Payload } from '../queue/specs.ts';
import { type EndConsentDeps, endConsent } from './end-consent.ts';

export interface RevokeDeps extends EndConsentDeps {
  readonly medplum: Pick<MedplumClient, 'searchOne' | 'updateResource'>;
  readonly readConnection: (orgConnectionId: string) => Promise<OrgConnection>;
}

/**
 * Makes the job that ends a connection which Fasten says is revoked. One that was never completed has nothing to end;
 * completing it later asks Fasten, who then refuses it. Events come in any order: when Fasten holds an authorization by
 * now, the patient has connected again since, and nothing is ended. When it cannot be asked, the event is believed.
 */
export function createRevokeJob(deps: RevokeDeps) {
  return async ({ orgConnectionId }: Payload<'connection-revoked'>): Promise<void> => {
    const consent = await findConnection(deps.medplum, orgConnectionId);
    if (consent === undefined) return;
    const connection = await deps.readConnection(orgConnectionId).catch(() => undefined);
    if (connection?.status === 'authorized') {
      deps.log.warn('connection.revoke-outdated', { connectionId: consent.id });
      return;
    }
    await endConsent(deps, consent);
  };
}
