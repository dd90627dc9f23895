import type { MedplumClient } from '@medplum/core';
import type { AuditEvent } from '@medplum/fhirtypes';
import type { StoredTask } from '../medplum/change-task.ts';

const DICOM = 'http://dicom.nema.org/resources/ontology/DCM';
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';

type Entity = NonNullable<AuditEvent['entity']>[number];

/**
 * Records that somebody read a line of an export (after IHE Basic Audit Log Patterns: a RESTful read). Medplum sees only
 * the bridge read it; who it was for, the bridge must say.
 *
 * @param profile - Who read: `Practitioner/<id>`.
 */
export async function auditLine(
  medplum: MedplumClient,
  task: StoredTask,
  profile: string,
  line: number,
): Promise<void> {
  const bridge = await medplum.getProfileAsync();
  const observer = bridge ? { reference: `${bridge.resourceType}/${bridge.id}` } : { display: 'Fasten-Medplum bridge' };
  const chart = task.for?.reference;
  await medplum.createResource<AuditEvent>({
    resourceType: 'AuditEvent',
    type: { system: `${TERMINOLOGY}/audit-event-type`, code: 'rest', display: 'RESTful Operation' },
    subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'read' }],
    action: 'R',
    recorded: new Date().toISOString(),
    outcome: '0',
    agent: [
      {
        type: { coding: [{ system: DICOM, code: '110153', display: 'Source Role ID' }] },
        who: { reference: profile },
        requestor: true,
      },
    ],
    source: { observer },
    entity: [
      ...(chart ? [entity(chart, '1', '1')] : []),
      { ...entity(`Task/${task.id}`, '2', '20'), detail: [{ type: 'line', valueString: `${line}` }] },
    ],
  });
}

/** Type and role: a person (1) who is the patient (1); a system object (2) that is a job (20). */
function entity(reference: string, type: string, role: string): Entity {
  return {
    what: { reference },
    type: { system: `${TERMINOLOGY}/audit-entity-type`, code: type },
    role: { system: `${TERMINOLOGY}/object-role`, code: role },
  };
}
