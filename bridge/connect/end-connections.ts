import { orgConnectionIdOf } from '../contract/connection.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import { searchConnections } from '../medplum/search-connections.ts';
import { type EndConsentDeps, endConsent } from './end-consent.ts';

/**
 * Ends one connection of a Patient, or all; see `endConsent`. Fasten has no call to revoke: the authorization there ends in
 * the health system's portal, or with Fasten's support.
 *
 * @param connectionId - `consentId` or `orgConnectionId`; all connections when absent.
 * @returns The connections that were meant, as they are now.
 * @throws HttpError 404 for a Patient or a connection that the caller does not see.
 */
export async function endConnections(
  deps: EndConsentDeps,
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
  return Promise.all(meant.map((consent) => endConsent(deps, consent)));
}
