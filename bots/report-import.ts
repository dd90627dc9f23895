import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE, MESSAGE_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import { type ImportMessage, importMessage, importMessageKey } from '@fasten-medplum/bridge/contract/import-message';
import { hasWritten } from '@fasten-medplum/bridge/contract/import-task';
import { type BotEvent, createReference, type MedplumClient, resolveId } from '@medplum/core';
import type { Communication, Identifier, Patient, Reference, Resource, Task } from '@medplum/fhirtypes';
import { closeCareTasks } from './report-import/close-care-tasks.ts';
import { findEarlier } from './report-import/find-earlier.ts';
import { isWorthALook } from './report-import/is-worth-a-look.ts';
import { listChanges } from './report-import/list-changes.ts';
import { makeCareTask } from './report-import/make-care-task.ts';
import { sendEmail } from './report-import/send-email.ts';

const COMMUNICATION_CATEGORY = 'http://terminology.hl7.org/CodeSystem/communication-category';

/** A secret of the project: `on` lets the bot write e-mails too (docs/bots.md says what the server needs for it). */
const EMAIL_SECRET = 'REPORT_IMPORT_EMAIL';

/**
 * When an import is done, waits for a person, or failed: tells the patient, asks the care team to look, and after a re-sync
 * lists what is new, changed, vanished and back. Each once. What the care team was asked is ended when the import goes on.
 *
 * A failure after which another export comes by itself is no news, and of others the bridge may have told better.
 *
 * Subscription: `Task?code=<BRIDGE_CODE_SYSTEM>|ehi-import`. Every change of the Task comes here, so most calls do nothing.
 *
 * @param event - The Task as it is now. Anything but an import Task in one of the three statuses is passed over. An import on
 *   hold names no patient, since it may be somebody else's record: the care team is asked, no patient is told.
 * @returns The message to the patient, also when an earlier call wrote it; undefined when there is none.
 * @throws When Medplum refuses, also on the 409 of two calls at once. The server records it and does not call again
 *   (5.0.10); the Task's next change does, or `npm run bots:replay`.
 */
export async function handler(medplum: MedplumClient, event: BotEvent<Resource>): Promise<Communication | undefined> {
  const task = event.input;
  if (!isImportTask(task)) return undefined;
  await closeCareTasks(medplum, task);
  const message = importMessage(task);
  if (!message) return undefined;
  const patient = patientOf(task);
  // An import for somebody who is no Patient is not ours.
  if (!patient && task.for) return undefined;
  const told = patient && (await tellPatient(medplum, task, patient, message));
  // Before ledgers are read: who cannot read them has something to look through all the same.
  const isSurelyNews = task.status !== 'completed' || hasWritten(task);
  if (isSurelyNews) await askCareTeam(medplum, task);
  if (task.status === 'completed') {
    const before = await findEarlier(medplum, task);
    const changes = patient && (await listChanges(medplum, task, before, patient));
    if (!isSurelyNews && isWorthALook(task, before, changes)) await askCareTeam(medplum, task);
  }
  if (patient && event.secrets?.[EMAIL_SECRET]?.valueString === 'on') await sendEmail(medplum, task, patient);
  return told;
}

async function askCareTeam(medplum: MedplumClient, task: Task & { id: string }): Promise<void> {
  const careTask = makeCareTask(task);
  await medplum.createResourceIfNoneExist(careTask, byIdentifier(careTask.identifier?.[0]));
}

function tellPatient(
  medplum: MedplumClient,
  task: Task & { id: string },
  patient: Reference<Patient>,
  message: ImportMessage,
): Promise<Communication> {
  const identifier = { system: MESSAGE_SYSTEM, value: importMessageKey(task) };
  const communication: Communication = {
    resourceType: 'Communication',
    identifier: [identifier],
    status: 'completed',
    category: [{ coding: [{ system: COMMUNICATION_CATEGORY, code: 'notification' }] }],
    topic: { text: message.topic },
    subject: patient,
    recipient: [patient],
    about: [createReference(task)],
    sent: task.lastModified ?? new Date().toISOString(),
    payload: [{ contentString: message.text }],
  };
  return medplum.createResourceIfNoneExist(communication, byIdentifier(identifier));
}

function byIdentifier(identifier: Identifier | undefined): string {
  return `identifier=${identifier?.system}|${identifier?.value}`;
}

function isImportTask(resource: Resource): resource is Task & { id: string } {
  const isOurs = (coding: { system?: string; code?: string }): boolean =>
    coding.system === BRIDGE_CODE_SYSTEM && coding.code === IMPORT_TASK_CODE;
  return resource.resourceType === 'Task' && !!resource.id && !!resource.code?.coding?.some(isOurs);
}

function patientOf(task: Task): Reference<Patient> | undefined {
  const reference = task.for?.reference;
  return reference?.startsWith('Patient/') && resolveId(task.for) ? { reference } : undefined;
}
