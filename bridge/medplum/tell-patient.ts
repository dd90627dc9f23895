import type { MedplumClient } from '@medplum/core';
import type { Communication } from '@medplum/fhirtypes';
import { MESSAGE_SYSTEM } from '../contract/identifiers.ts';
import { byIdentifier } from './by-identifier.ts';
import { BRIEF_WAITS_MS, retryRead } from './client/retry-read.ts';

/** Something that a patient should know. Nothing in it says what the record holds. */
export interface PatientMessage {
  /** `Patient/<id>`. */
  readonly patient: string;
  /** What it is about: a Task or a Consent. */
  readonly about: string;
  /** One message for each of these. */
  readonly key: string;
  /** Shown in lists and on locked phones. */
  readonly topic: string;
  readonly text: string;
}

const COMMUNICATION_CATEGORY = 'http://terminology.hl7.org/CodeSystem/communication-category';

/** Leaves a message for a patient, once: the same key again changes nothing. */
export function tellPatient(
  medplum: Pick<MedplumClient, 'createResourceIfNoneExist'>,
  { patient, about, key, topic, text }: PatientMessage,
): Promise<Communication> {
  const recipient = { reference: patient };
  const communication: Communication = {
    resourceType: 'Communication',
    identifier: [{ system: MESSAGE_SYSTEM, value: key }],
    status: 'completed',
    category: [{ coding: [{ system: COMMUNICATION_CATEGORY, code: 'notification' }] }],
    topic: { text: topic },
    subject: recipient,
    recipient: [recipient],
    about: [{ reference: about }],
    sent: new Date().toISOString(),
    payload: [{ contentString: text }],
  };
  const query = byIdentifier(MESSAGE_SYSTEM, key);
  const tell = () => medplum.createResourceIfNoneExist(communication, query);
  return retryRead(tell, undefined, BRIEF_WAITS_MS);
}
