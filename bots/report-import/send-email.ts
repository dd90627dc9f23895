import { MESSAGE_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import { importMessageKey } from '@fasten-medplum/bridge/contract/import-message';
import { hasWritten } from '@fasten-medplum/bridge/contract/import-task';
import {
  createReference,
  getStatus,
  type MedplumClient,
  OperationOutcomeError,
  resolveId,
  type WithId,
} from '@medplum/core';
import type { Communication, Patient, Reference, Task } from '@medplum/fhirtypes';

/** Says that something has come and nothing else: mail is read by others, and kept by others. */
const SUBJECT = 'Your records have arrived';
const TEXT = 'Your records have arrived. Sign in where you connected them to look at them.';

const BY_EMAIL = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationMode', code: 'EMAILWRIT' }],
};
const NOT_SENT = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/communication-not-done-reason', code: 'system-error' }],
};

/**
 * Sends an e-mail to the patient that new records are there, once for an import that brought any. What became of it stands
 * in a Communication: `completed`, `not-done` when the server sent nothing (its status in `statusReason`), or `in-progress`
 * when nobody knows, as after a kill: then it is not sent again.
 *
 * Never throws for want of an e-mail: the import is reported whether or not it can be sent.
 */
export async function sendEmail(
  medplum: MedplumClient,
  task: Task & { id: string },
  patient: Reference<Patient>,
): Promise<void> {
  if (task.status !== 'completed' || !hasWritten(task)) return;
  const to = emailOf(await medplum.readResource('Patient', resolveId(patient) ?? '', { cache: 'reload' }));
  if (to === undefined) return;
  const record = await begin(medplum, task, patient);
  if (!record) return;
  let outcome: Pick<Communication, 'status' | 'statusReason' | 'sent'>;
  try {
    await medplum.sendEmail({ to, subject: SUBJECT, text: TEXT });
    outcome = { status: 'completed', sent: new Date().toISOString() };
  } catch (error) {
    // The address may stand in what the server says: only its status is told.
    const status = error instanceof OperationOutcomeError ? `${getStatus(error.outcome)}` : 'no answer';
    outcome = { status: 'not-done', statusReason: { ...NOT_SENT, text: `The server sent no e-mail (${status})` } };
  }
  await medplum.updateResource<Communication>({ ...record, ...outcome });
}

/** The record of an e-mail that is ours to send; undefined when somebody has begun before. */
async function begin(medplum: MedplumClient, task: Task & { id: string }, patient: Reference<Patient>) {
  const identifier = { system: MESSAGE_SYSTEM, value: `${importMessageKey(task)}/email` };
  const wanted: Communication = {
    resourceType: 'Communication',
    identifier: [identifier],
    status: 'preparation',
    medium: [BY_EMAIL],
    topic: { text: 'E-mail: your records have arrived' },
    subject: patient,
    recipient: [patient],
    about: [createReference(task)],
  };
  const record = await medplum.createResourceIfNoneExist(wanted, `identifier=${identifier.system}|${identifier.value}`);
  if (record.status !== 'preparation') return undefined;
  // Of two runs at once only one gets past the version.
  const headers = { 'If-Match': `W/"${record.meta?.versionId}"` };
  try {
    const begun: WithId<Communication> = await medplum.updateResource<Communication>(
      { ...record, status: 'in-progress' },
      { headers },
    );
    return begun;
  } catch (error) {
    if (error instanceof OperationOutcomeError && getStatus(error.outcome) === 412) return undefined;
    throw error;
  }
}

function emailOf({ telecom = [] }: Patient): string | undefined {
  return telecom.find(({ system, use, value }) => system === 'email' && use !== 'old' && value)?.value;
}
