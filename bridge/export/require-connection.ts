import type { MedplumClient } from '@medplum/core';
import { findConnection, type StoredConsent } from '../medplum/find-connection.ts';

/** An event came before its connection was completed, or for one that never will be: worth another try. */
export class ConnectionUnknownError extends Error {
  readonly code = 'connection-unknown';
}

/** Finds the Consent of a connection. Throws ConnectionUnknownError, which the queue retries. */
export async function requireConnection(
  medplum: Pick<MedplumClient, 'searchOne'>,
  orgConnectionId: string,
): Promise<StoredConsent> {
  const consent = await findConnection(medplum, orgConnectionId);
  if (consent === undefined) {
    throw new ConnectionUnknownError('no Consent binds this connection to a Patient');
  }
  return consent;
}
