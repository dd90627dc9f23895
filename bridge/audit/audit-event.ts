import type { AuditEvent, AuditEventAgent, AuditEventEntity } from '@medplum/fhirtypes';

const DICOM = 'http://dicom.nema.org/resources/ontology/DCM';
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';

/** The bridge's own client in Medplum, as an agent names it. */
export interface BridgeName {
  /** `ClientApplication/<id>`. */
  readonly reference?: string;
  readonly display: string;
}

/** What every event of ours has in common: a RESTful operation, when, and that the bridge saw it. */
export interface EventHead {
  /** FHIR instant. */
  readonly recorded: string;
  /** FHIR R4 restful-interaction. */
  readonly interaction: 'create' | 'read' | 'update' | 'delete' | 'search' | 'transaction';
  readonly bridge: BridgeName;
  /** 0 done, 8 not done. */
  readonly outcome?: '0' | '8';
}

const ACTIONS = { create: 'C', read: 'R', update: 'U', delete: 'D', search: 'E', transaction: 'C' } as const;

/**
 * An AuditEvent after the IHE Basic Audit Log Patterns (profiles.ihe.net/ITI/BALP 1.1.3): references only, nothing of what
 * a record says.
 */
export function auditEvent(
  { recorded, interaction, bridge, outcome = '0' }: EventHead,
  agent: AuditEventAgent[],
  entity: readonly (AuditEventEntity | undefined)[],
): AuditEvent {
  return {
    resourceType: 'AuditEvent',
    type: { system: `${TERMINOLOGY}/audit-event-type`, code: 'rest', display: 'RESTful Operation' },
    subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: interaction }],
    action: ACTIONS[interaction],
    recorded,
    outcome,
    agent,
    source: { observer: bridge, type: [{ system: `${TERMINOLOGY}/security-source-type`, code: '4' }] },
    entity: entity.filter((each) => each !== undefined),
  };
}

/** Whoever asked. Without a profile (Fasten told of it, or its time had come) nobody but the bridge did. */
export function asker(profile: string | undefined, part: 'AUT' | 'IRCP'): AuditEventAgent[] {
  if (!profile) return [];
  const coding = [{ system: `${TERMINOLOGY}/v3-ParticipationType`, code: part }];
  return [{ type: { coding }, who: { reference: profile }, requestor: true }];
}

/** Where data came from (`source`) or went to (`destination`). */
export function system(
  role: 'source' | 'destination',
  who: NonNullable<AuditEventAgent['who']>,
  requestor = false,
): AuditEventAgent {
  const [code, display] = role === 'source' ? ['110153', 'Source Role ID'] : ['110152', 'Destination Role ID'];
  return { type: { coding: [{ system: DICOM, code, display }] }, who, requestor };
}

/** What calls our API on somebody's behalf. */
export const CLIENT_OF_API = { display: 'Client of the Fasten-Medplum bridge' };

/** Type and role: a person (1) who is the patient (1). Undefined when nobody knows whose it is. */
export function aboutPatient(reference: string | undefined): AuditEventEntity | undefined {
  return reference ? entity(reference, '1', '1') : undefined;
}

/** A system object (2) that is a job (20). */
export function aboutJob(reference: string | undefined): AuditEventEntity | undefined {
  return reference ? entity(reference, '2', '20') : undefined;
}

/** A system object (2) that is a domain resource (4). */
export function aboutResource(reference: string | undefined): AuditEventEntity | undefined {
  return reference ? entity(reference, '2', '4') : undefined;
}

/** The request that it was, by the id that our log and our answer have for it. */
export function aboutRequest(requestId: string | undefined): AuditEventEntity | undefined {
  if (!requestId) return undefined;
  const type = { system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType', code: 'XrequestId' };
  return { what: { identifier: { value: requestId } }, type };
}

function entity(reference: string, type: string, role: string): AuditEventEntity {
  return {
    what: { reference },
    type: { system: `${TERMINOLOGY}/audit-entity-type`, code: type },
    role: { system: `${TERMINOLOGY}/object-role`, code: role },
  };
}
