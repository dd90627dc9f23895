import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE, MESSAGE_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import { importMessage, importMessageKey } from '@fasten-medplum/bridge/contract/import-message';
import { type BotEvent, createReference, type MedplumClient, resolveId } from '@medplum/core';
import type { Communication, Patient, Reference, Resource, Task } from '@medplum/fhirtypes';

const COMMUNICATION_CATEGORY = 'http://terminology.hl7.org/CodeSystem/communication-category';

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
  const message = importMessage(task);
  const patient = patientOf(task);
  if (!message || !patient) {
    return undefined;
  }
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
