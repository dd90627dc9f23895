import { getStatus, OperationOutcomeError } from '@medplum/core';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';

/**
 * Patients may erase their own connections, relatives none, and staff whose AccessPolicy lets them write the Consent. The
 * server is asked by writing it as it is, which makes no version.
 *
 * @param consent - As the caller read it.
 * @throws HttpError 403 for whoever may not; 409 when the Consent has changed meanwhile.
 */
export async function assertMayErase(caller: Caller, consent: StoredConsent): Promise<void> {
  if (caller.profile === consent.patient?.reference) return;
  if (/^(Patient|RelatedPerson)\//.test(caller.profile)) throw forbidden();
  try {
    const headers = { 'If-Match': `W/"${consent.meta?.versionId}"` };
    await caller.client().updateResource(consent, { headers });
  } catch (error) {
    const status = error instanceof OperationOutcomeError ? getStatus(error.outcome) : undefined;
    if (status === 403 || status === 404) throw forbidden();
    if (status === 412) throw new HttpError(409, 'conflict', 'the connection has just changed; ask again');
    throw error;
  }
}

function forbidden(): HttpError {
  return new HttpError(403, 'forbidden', 'you may not erase this connection');
}
