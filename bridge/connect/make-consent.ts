import type { Consent } from '@medplum/fhirtypes';
import { CONNECTION_FACTS_EXTENSION } from '../contract/connection.ts';
import { BRIDGE_CODE_SYSTEM, CONNECTION_CONSENT_CODE, ORG_CONNECTION_SYSTEM } from '../contract/identifiers.ts';
import type { OrgConnection } from '../fasten/answers.ts';

/** Who may stand in Consent.performer; a ClientApplication may not. */
const PERFORMERS = /^(Patient|Practitioner|PractitionerRole|RelatedPerson|Organization)\//;

/** A connection with what people call the health system, where the catalog says it. */
export type NamedConnection = OrgConnection & { readonly name?: string | undefined };

/**
 * The Consent that a connection is kept as.
 *
 * @param connection - What Fasten says of it, and what its catalog calls the health system.
 * @param patientId - Id of the app's Patient.
 * @param profile - Reference to whoever completed it.
 * @param now - Time of the consent.
 */
export function makeConsent(connection: NamedConnection, patientId: string, profile: string, now: Date): Consent {
  const end = readDateTime(connection.consentExpiresAt);
  return {
    ...makePendingConsent(patientId, profile, now),
    extension: factsExtension(connection),
    identifier: [{ system: ORG_CONNECTION_SYSTEM, value: connection.orgConnectionId }],
    status: 'active',
    provision: { type: 'permit', ...(end && { period: { end } }) },
  };
}

/** The Consent of an attempt to connect: nobody has said yes yet, and it stands for no connection. */
export function makePendingConsent(patientId: string, profile: string, now: Date): Consent {
  return {
    resourceType: 'Consent',
    status: 'proposed',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [
      {
        coding: [{ system: BRIDGE_CODE_SYSTEM, code: CONNECTION_CONSENT_CODE }],
        text: 'Connection to a health record',
      },
    ],
    patient: { reference: `Patient/${patientId}` },
    dateTime: now.toISOString(),
    ...(PERFORMERS.test(profile) && { performer: [{ reference: profile }] }),
    // Invariant ppc-1 wants a policy or a rule; the person opted in at their health system.
    policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTIN' }] },
  };
}

function factsExtension(connection: NamedConnection): NonNullable<Consent['extension']> {
  const facts = {
    name: connection.name,
    mode: connection.apiMode,
    platform: connection.platformType,
    brand: connection.brandId,
    portal: connection.portalId,
    endpoint: connection.endpointId,
    'tefca-directory': connection.tefcaDirectoryId,
  };
  const told = Object.entries(facts).flatMap(([url, valueString]) => (valueString ? [{ url, valueString }] : []));
  return told.length === 0 ? [] : [{ url: CONNECTION_FACTS_EXTENSION, extension: told }];
}

/** Health systems report expiry in every form; one that is no date is left out rather than refused by Medplum. */
export function readDateTime(text: string | undefined): string | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
