import { orgConnectionIdOf } from '../contract/connection.ts';
import { BRIDGE_CODE_SYSTEM, CONNECTION_CONSENT_CODE } from '../contract/identifiers.ts';
import type { Caller } from './callers.ts';
import type { StoredConsent } from './find-connection.ts';

/**
 * The Consents of a Patient's connections that the caller sees; attempts that came to nothing are none.
 *
 * @throws HttpError 404 for a Patient that the caller does not see.
 */
export async function searchConnections(caller: Caller, patientId: string): Promise<StoredConsent[]> {
  const patient = await caller.read('Patient', patientId);
  const consents = await caller.search('Consent', {
    patient: `Patient/${patient.id}`,
    category: `${BRIDGE_CODE_SYSTEM}|${CONNECTION_CONSENT_CODE}`,
    _count: '1000',
    _sort: '-_lastUpdated',
  });
  return (consents as StoredConsent[]).filter((consent) => orgConnectionIdOf(consent) !== undefined);
}
