import type { MedplumClient } from '@medplum/core';
import type { AuditEvent, AuditEventAgent, Task } from '@medplum/fhirtypes';
import { retryRead } from '../../medplum/retry-read.ts';

const DICOM = 'http://dicom.nema.org/resources/ontology/DCM';
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';

/**
 * Records that a record was imported (after IHE Basic Audit Log Patterns: a RESTful import, the Patient as entity). Once
 * for each completion of the Task: a run that was killed before it completed the Task finds what it recorded.
 *
 * @param task - The import's Task as it was before this completion.
 * @param patient - `Patient/<id>` that the record belongs to; absent for a file of several patients.
 */
export async function recordAudit(
  medplum: MedplumClient,
  task: Task,
  patient: string | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const reference = `Task/${task.id}`;
  const since = task.status === 'completed' ? task.executionPeriod?.end : undefined;
  const query = `entity=${reference}${since ? `&date=gt${encodeURIComponent(since)}` : ''}`;
  const event = makeAudit(await bridgeAgent(medplum), reference, patient);
  await retryRead(() => medplum.createResourceIfNoneExist(event, query), signal);
}

function makeAudit(agent: AuditEventAgent, task: string, patient: string | undefined): AuditEvent {
  return {
    resourceType: 'AuditEvent',
    type: { system: `${TERMINOLOGY}/audit-event-type`, code: 'rest', display: 'RESTful Operation' },
    subtype: [
      { system: 'http://hl7.org/fhir/restful-interaction', code: 'transaction' },
      { system: DICOM, code: '110107', display: 'Import' },
    ],
    action: 'C',
    recorded: new Date().toISOString(),
    outcome: '0',
    agent: [agent],
    source: { observer: agent.who ?? {} },
    entity: [...(patient ? [entity(patient, '1', '1')] : []), entity(task, '2', '20')],
  };
}

/** Type and role: a person (1) who is the patient (1); a system object (2) that is a job (20). */
function entity(reference: string, type: string, role: string): NonNullable<AuditEvent['entity']>[number] {
  return {
    what: { reference },
    type: { system: `${TERMINOLOGY}/audit-entity-type`, code: type },
    role: { system: `${TERMINOLOGY}/object-role`, code: role },
  };
}

async function bridgeAgent(medplum: MedplumClient): Promise<AuditEventAgent> {
  const profile = await medplum.getProfileAsync();
  const client = profile ? { reference: `${profile.resourceType}/${profile.id}` } : {};
  return {
    type: { coding: [{ system: DICOM, code: '110152', display: 'Destination Role ID' }] },
    who: { ...client, display: 'Fasten-Medplum bridge' },
    requestor: true,
  };
}
