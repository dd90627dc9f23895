import type { MedplumClient } from '@medplum/core';
import type { Consent } from '@medplum/fhirtypes';
import { namespaceFromConsent, orgConnectionIdOf, placeFromConsent } from '../contract/connection.ts';
import {
  BRIDGE_CODE_SYSTEM,
  CONNECTION_CONSENT_CODE,
  LINEAGE_SYSTEM,
  ORG_CONNECTION_SYSTEM,
} from '../contract/identifiers.ts';
import { byIdentifier } from './by-identifier.ts';

/** A stored Consent of ours. */
export type StoredConsent = Consent & { readonly id: string };

const MAX_CONNECTIONS = 1000;

/** Finds the Consent that binds one of Fasten's connections to a Patient, whatever its status. */
export function findConnection(
  medplum: Pick<MedplumClient, 'searchOne'>,
  orgConnectionId: string,
): Promise<StoredConsent | undefined> {
  return medplum.searchOne('Consent', byIdentifier(ORG_CONNECTION_SYSTEM, orgConnectionId));
}

/** The name under which everything of a connection is kept: the id of its lineage's first connection. */
export function namespaceOf(consent: StoredConsent): string {
  const namespace = namespaceFromConsent(consent);
  if (namespace === undefined) {
    throw new Error('the Consent is not of a connection');
  }
  return namespace;
}

/** The Consents of every connection of a namespace: the first one and those that continue it. */
export async function findLineage(
  medplum: Pick<MedplumClient, 'searchResources'>,
  namespace: string,
): Promise<StoredConsent[]> {
  const systems = [ORG_CONNECTION_SYSTEM, LINEAGE_SYSTEM];
  const found = systems.map((system) => medplum.searchResources('Consent', byIdentifier(system, namespace)));
  const consents = (await Promise.all(found)).flat();
  return consents.filter((consent) => namespaceFromConsent(consent) === namespace);
}

/**
 * The namespaces that a connection may continue: those of the other connections of the same Patient, mode and place,
 * whatever their status, the one that was connected last first.
 *
 * @param consent - Stored or not yet.
 */
export async function findNamespaces(
  medplum: Pick<MedplumClient, 'searchResources'>,
  consent: Consent,
): Promise<string[]> {
  const [place, patient] = [placeFromConsent(consent), consent.patient?.reference];
  if (place === undefined || patient === undefined) return [];
  const category = `${BRIDGE_CODE_SYSTEM}|${CONNECTION_CONSENT_CODE}`;
  const query = new URLSearchParams({ patient, category, _count: `${MAX_CONNECTIONS}` });
  const others = (await medplum.searchResources('Consent', query, { cache: 'reload' }))
    .filter((other) => orgConnectionIdOf(other) !== orgConnectionIdOf(consent) && placeFromConsent(other) === place)
    .toSorted((a, b) => Date.parse(b.dateTime ?? '') - Date.parse(a.dateTime ?? ''));
  return [...new Set(others.flatMap((other) => namespaceFromConsent(other) ?? []))];
}
