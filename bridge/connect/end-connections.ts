import type { MedplumClient } from '@medplum/core';
import { orgConnectionIdOf } from '../contract/connection.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import { searchConnections } from '../medplum/search-connections.ts';
import type { Log } from '../observe/log.ts';

export interface EndDeps {
  /** The bridge's own client: a patient's policy need not let them write a Consent. */
  readonly medplum: Pick<MedplumClient, 'updateResource'>;
  readonly log: Log;
}

/**
 * Ends one connection of a Patient, or all: the Consent becomes inactive, and from then on nothing of it is requested or
 * loaded; jobs that wait find it so and cancel their Task. Fasten has no call to revoke: the authorization there ends in
 * the health system's portal, or with Fasten's support.
 *
 * @param connectionId - `consentId` or `orgConnectionId`; all connections when absent.
 * @returns The connections that were meant, as they are now.
 * @throws HttpError 404 for a Patient or a connection that the caller does not see.
 */
export async function endConnections(
  deps: EndDeps,
  caller: Caller,
  patientId: string,
  connectionId: string | undefined,
): Promise<StoredConsent[]> {
  const consents = await searchConnections(caller, patientId);
  const meant = consents.filter((consent) => {
    return connectionId === undefined || connectionId === consent.id || connectionId === orgConnectionIdOf(consent);
  });
  if (connectionId !== undefined && meant.length === 0) {
    throw new HttpError(404, 'not-found', 'there is no such connection, or it is not yours to see');
  }
  return Promise.all(meant.map((consent) => end(deps, consent)));
}

async function end({ medplum, log }: EndDeps, consent: StoredConsent): Promise<StoredConsent> {
  if (consent.status === 'inactive') return consent;
  const headers = { 'If-Match': `W/"${consent.meta?.versionId}"` };
  const ended = await medplum.updateResource({ ...consent, status: 'inactive' }, { headers });
  log.info('connection.revoked', { connectionId: ended.id });
  return ended;
}
