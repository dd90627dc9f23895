import type { MedplumClient } from '@medplum/core';
import type { Consent } from '@medplum/fhirtypes';
import { orgConnectionIdOf } from '../contract/connection.ts';
import { ORG_CONNECTION_SYSTEM } from '../contract/identifiers.ts';
import { byIdentifier } from './by-identifier.ts';

/** A stored Consent of ours. */
export type StoredConsent = Consent & { readonly id: string };

/** Finds the Consent that binds one of Fasten's connections to a Patient, whatever its status. */
export function findConnection(
  medplum: Pick<MedplumClient, 'searchOne'>,
  orgConnectionId: string,
): Promise<StoredConsent | undefined> {
  return medplum.searchOne('Consent', byIdentifier(ORG_CONNECTION_SYSTEM, orgConnectionId));
}

/** The name under which everything of a connection is kept: the id of its lineage's first connection. */
export function namespaceOf(consent: StoredConsent): string {
  const namespace = orgConnectionIdOf(consent);
  if (namespace === undefined) {
    throw new Error('the Consent is not of a connection');
  }
  return namespace;
}
