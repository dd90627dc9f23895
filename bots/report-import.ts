import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE, MESSAGE_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import { importStatusFromTask } from '@fasten-medplum/bridge/contract/import-status';
import { countsFromTask, type ImportCounts } from '@fasten-medplum/bridge/contract/import-task';
import { type BotEvent, createReference, type MedplumClient, resolveId } from '@medplum/core';
import type { Communication, Patient, Reference, Resource, Task } from '@medplum/fhirtypes';

const COMMUNICATION_CATEGORY = 'http://terminology.hl7.org/CodeSystem/communication-category';

interface Message {
  /** Shown in lists and on locked phones: says nothing about the patient or the records. */
  readonly topic: string;
  readonly text: string;
}

/**
 * Tells the patient, once, that an import is done, waits for a person, or failed.
 *
 * A failure after which another export comes by itself is no news, and of others the bridge may have told better.
 *
 * Subscription: `Task?code=<BRIDGE_CODE_SYSTEM>|ehi-import`. Every change of the Task comes here, so most calls do nothing.
 *
 * @param event - The Task as it is now. Anything but an import Task in one of the three statuses is passed over, and so
 *   is one without `for`: an import on hold because it may be somebody else's record is not yet any patient's.
 * @returns The message, also when an earlier call wrote it; undefined when there is nothing to say.
 * @throws When Medplum refuses, also on the 409 of two calls at once: the server calls again, and finds the message.
 */
export async function handler(medplum: MedplumClient, event: BotEvent<Resource>): Promise<Communication | undefined> {
  const task = event.input;
  if (!isImportTask(task)) {
    return undefined;
  }
  const message = composeMessage(task);
  const patient = patientOf(task);
  if (!message || !patient) {
    return undefined;
  }
  const identifier = { system: MESSAGE_SYSTEM, value: `${task.id}/${task.status}` };
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
  return medplum.createResourceIfNoneExist(communication, `identifier=${identifier.system}|${identifier.value}`);
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

function composeMessage(task: Task): Message | undefined {
  switch (task.status) {
    case 'completed':
      return { topic: 'Your health records are here', text: describeResult(countsFromTask(task)) };
    case 'on-hold':
      return {
        topic: 'Your health records are being checked',
        text:
          'Some details in the records we received differ from yours. Before anything is added, a member of staff ' +
          'makes sure that they belong to you. You do not need to do anything.',
      };
    case 'failed':
      if (importStatusFromTask(task).nextStep === 'retry') return undefined;
      return {
        topic: 'Your health records could not be loaded',
        text:
          'We could not finish loading your records. Nothing that was here before has been lost. ' +
          'You can try again from your connections, or ask your care team for help.',
      };
    default:
      return undefined;
  }
}

function describeResult(counts: ImportCounts): string {
  const alreadyHere = counts.unchanged + counts.duplicate;
  const endings = [
    counts.created > 0 && `${format(counts.created)} new`,
    counts.updated > 0 && `${format(counts.updated)} updated`,
    alreadyHere > 0 && `${format(alreadyHere)} already here`,
    counts.skipped > 0 && `${format(counts.skipped)} not needed`,
  ].filter((ending) => ending !== false);
  const result = endings.length > 0 ? `: ${endings.join(', ')}.` : '.';
  const setAside =
    counts.quarantined > 0
      ? ` ${format(counts.quarantined)} could not be read and ${counts.quarantined === 1 ? 'was' : 'were'} set aside; your care team can look at them.`
      : '';
  return `We finished loading your records. ${format(counts.lines)} ${counts.lines === 1 ? 'entry was' : 'entries were'} received${result}${setAside}`;
}

function format(count: number): string {
  return count.toLocaleString('en-US');
}
