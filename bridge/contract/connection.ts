import type { Consent } from '@medplum/fhirtypes';
import { z } from 'zod';
import { consentVersionOf } from './consent-text.ts';
import { LINEAGE_SYSTEM, ORG_CONNECTION_SYSTEM } from './identifiers.ts';
import { NEXT_STEPS } from './import-status.ts';
import { RESYNC_SCHEDULES, resyncOf } from './resync.ts';

/** On a Consent of ours: what Fasten said of the connection, one sub-extension a fact (url: the fact's name). */
export const CONNECTION_FACTS_EXTENSION =
  'https://api.connect.fastenhealth.com/v1/bridge/fhir/StructureDefinition/connection-facts';

/** Facts that are kept when Fasten tells them; all opaque text, `name` for people. */
export const CONNECTION_FACTS = ['name', 'mode', 'platform', 'brand', 'portal', 'endpoint', 'tefca-directory'] as const;

export type ConnectionFacts = Readonly<Partial<Record<(typeof CONNECTION_FACTS)[number], string>>>;

/** The body of `POST connections/complete`. */
export const completeConnectionSchema = z.object({
  /** Id of the app's Patient in Medplum. */
  patientId: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  /** As Stitch handed it over. Opaque; Fasten is asked about it before it is believed. */
  org_connection_id: z.string().min(1).max(255),
});

/** The latest import of a connection, as its Task says. */
export const latestImportSchema = z.object({
  taskId: z.string(),
  status: z.string(),
  phase: z.string().optional(),
  /** Of one that failed: why, a short code, and what follows. */
  reason: z.string().optional(),
  nextStep: z.enum(NEXT_STEPS).optional(),
  lastUpdated: z.string().optional(),
});

/** A connection as the API shows it. Dates are FHIR dateTimes. */
export const connectionSchema = z.object({
  consentId: z.string(),
  orgConnectionId: z.string(),
  /** Under which its records are kept: the orgConnectionId of the first connection of its lineage, often its own. */
  namespace: z.string(),
  /** The connection (its consentId) that has taken this one's place; absent on the newest of a lineage. */
  continuedBy: z.string().optional(),
  status: z.string(),
  connectedAt: z.string().optional(),
  expiresAt: z.string().optional(),
  /** Which text the person agreed to; absent when none was shown. */
  consentVersion: z.string().optional(),
  /** How often it is exported again by itself. */
  resync: z.enum(RESYNC_SCHEDULES).default('off'),
  /** FHIR instant of the next export by itself. */
  nextResync: z.string().optional(),
  facts: z.partialRecord(z.enum(CONNECTION_FACTS), z.string()),
  latestImport: latestImportSchema.optional(),
});

/** The answer of `GET connections/:patientId`. */
export const connectionListSchema = z.object({ connections: z.array(connectionSchema) });

export type CompleteConnection = z.infer<typeof completeConnectionSchema>;
export type LatestImport = z.infer<typeof latestImportSchema>;
export type Connection = z.infer<typeof connectionSchema>;
export type ConnectionList = z.infer<typeof connectionListSchema>;

/** Fasten's id of the connection that a Consent stands for. */
export function orgConnectionIdOf(consent: Consent): string | undefined {
  return identifierOf(consent, ORG_CONNECTION_SYSTEM);
}

/** The name under which everything of a connection is kept: that of the lineage it continues, else its own id. */
export function namespaceFromConsent(consent: Consent): string | undefined {
  return identifierOf(consent, LINEAGE_SYSTEM) ?? orgConnectionIdOf(consent);
}

/** The Consent with its records kept under this namespace from now on. */
export function withNamespace<T extends Consent>(consent: T, namespace: string): T {
  const others = consent.identifier?.filter(({ system }) => system !== LINEAGE_SYSTEM) ?? [];
  const isOwn = orgConnectionIdOf(consent) === namespace;
  return { ...consent, identifier: isOwn ? others : [...others, { system: LINEAGE_SYSTEM, value: namespace }] };
}

function identifierOf(consent: Consent, wanted: string): string | undefined {
  return consent.identifier?.find(({ system }) => system === wanted)?.value;
}

/**
 * Where the records of a connection come from, as text to compare: mode, and the health system's endpoint or its TEFCA
 * directory. Undefined when Fasten told neither: then no two connections are known to be of one place.
 */
export function placeFromConsent(consent: Consent): string | undefined {
  const { mode, endpoint, 'tefca-directory': directory } = factsOf(consent);
  if (endpoint === undefined && directory === undefined) return undefined;
  return JSON.stringify([mode, endpoint === undefined ? { directory } : { endpoint }]);
}

/** Reads a connection out of its Consent; `latestImport`, `nextResync` and `continuedBy` are the caller's to add. */
export function connectionFromConsent(consent: Consent): Connection {
  const version = consentVersionOf(consent);
  return {
    consentId: consent.id ?? '',
    orgConnectionId: orgConnectionIdOf(consent) ?? '',
    namespace: namespaceFromConsent(consent) ?? '',
    status: consent.status,
    ...(consent.dateTime && { connectedAt: consent.dateTime }),
    ...(consent.provision?.period?.end && { expiresAt: consent.provision.period.end }),
    ...(version && { consentVersion: version }),
    resync: resyncOf(consent),
    facts: factsOf(consent),
  };
}

function factsOf(consent: Consent): ConnectionFacts {
  const extension = consent.extension?.find(({ url }) => url === CONNECTION_FACTS_EXTENSION);
  const told = CONNECTION_FACTS.flatMap((fact) => {
    const value = extension?.extension?.find(({ url }) => url === fact)?.valueString;
    return value === undefined ? [] : [[fact, value] as const];
  });
  return Object.fromEntries(told);
}
