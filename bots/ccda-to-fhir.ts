import { createHash } from 'node:crypto';
import { CCDA_CONVERSION_SYSTEM, ORG_CONNECTION_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { BotEvent, MedplumClient } from '@medplum/core';
import type { DocumentReference, Patient, Reference, Resource, Task } from '@medplum/fhirtypes';
import { findConflicts } from './ccda-to-fhir/check-person.ts';
import { findStored } from './ccda-to-fhir/find-stored.ts';
import { makeFacts } from './ccda-to-fhir/make-facts.ts';
import { matchFacts } from './ccda-to-fhir/match-facts.ts';
import { nameSource } from './ccda-to-fhir/name-source.ts';
import { findAttachments, readAttachment } from './ccda-to-fhir/read-attachment.ts';
import {
  type CcdaDocument,
  type DocumentFault,
  type ReadDocument,
  readDocument,
} from './ccda-to-fhir/read-document.ts';
import { isNamed, readPerson } from './ccda-to-fhir/read-person.ts';
import { type Conversion, makeReport } from './ccda-to-fhir/report-conversion.ts';
import { writeFacts } from './ccda-to-fhir/write-facts.ts';

/** A higher one converts every document once more when it comes again (a replay): for a converter that has learnt something. */
const CONVERTER_VERSION = 1;

/**
 * Makes FHIR resources of what a C-CDA document says and the record does not have yet, names the document in their
 * Provenance, and reports in a Task what was converted, what was there already and what was left out, by section and reason.
 * A document that cannot be converted stays as it is and is reported too. Each content of a document once.
 *
 * Subscription: `DocumentReference?status=current`, with imports afterwards (docs/bots.md).
 *
 * @param event - The DocumentReference as it is now. Attachments that are no C-CDA are passed over.
 * @returns The report about the last C-CDA among its attachments, also of an earlier run; undefined when there is none.
 * @throws When the server has no time: the next run goes on.
 */
export async function handler(medplum: MedplumClient, event: BotEvent<Resource>): Promise<Task | undefined> {
  const document = event.input;
  if (!isDocument(document)) return undefined;
  let report: Task | undefined;
  for (const { attachment, isSaidToBe } of findAttachments(document)) {
    const bytes = await readAttachment(medplum, attachment);
    const read = bytes && readBytes(bytes, isSaidToBe);
    if (bytes && read) report = await convertOnce(medplum, event, document, read, hashOf(bytes));
  }
  return report;
}

type StoredDocument = DocumentReference & { id: string };
type PatientReference = Reference<Patient> & { reference: string };

function isDocument(resource: Resource): resource is StoredDocument {
  return resource.resourceType === 'DocumentReference' && !!resource.id && resource.status === 'current';
}

/** Undefined for a file that is no C-CDA, and does not claim to be. */
function readBytes(bytes: Uint8Array | 'too-large', isSaidToBe: boolean): ReadDocument {
  if (bytes === 'too-large') return { fault: 'xml-too-large' };
  return readDocument(bytes) ?? (isSaidToBe ? { fault: 'no-clinical-document' } : undefined);
}

function hashOf(bytes: Uint8Array | 'too-large'): string {
  return bytes === 'too-large' ? bytes : createHash('sha256').update(bytes).digest('hex');
}

async function convertOnce(
  medplum: MedplumClient,
  event: BotEvent<Resource>,
  document: StoredDocument,
  read: CcdaDocument | { readonly fault: DocumentFault },
  hash: string,
): Promise<Task> {
  const patient = patientOf(document);
  const key = [document.id, patient?.reference.slice('Patient/'.length) ?? 'nobody', hash, CONVERTER_VERSION].join('/');
  const query = `identifier=${CCDA_CONVERSION_SYSTEM}|${key}`;
  const earlier = await medplum.searchOne('Task', query, { cache: 'reload' });
  if (earlier) return earlier;
  const conversion = 'fault' in read ? read : await convert(medplum, event, document, read, patient);
  // Last: whoever finds it knows that nothing is left to do.
  const report = await medplum.createResourceIfNoneExist(makeReport(conversion, key, document, patient), query);
  await nameSource(medplum, event.bot, document, patient, [`Task/${report.id}`]);
  return report;
}

async function convert(
  medplum: MedplumClient,
  event: BotEvent<Resource>,
  document: StoredDocument,
  read: CcdaDocument,
  patient: PatientReference | undefined,
): Promise<Conversion> {
  if (!patient) return { fault: 'no-patient' };
  const person = readPerson(read.root);
  if (!isNamed(person)) return { fault: 'nobody-named' };
  const traits = await findConflicts(medplum, patient, person);
  if (traits.length > 0) return { fault: 'other-person', traits };
  const { facts, leftOut } = makeFacts(read, patient);
  const matches = matchFacts(facts, await findStored(medplum, patient, facts));
  const tag = document.meta?.tag?.filter(({ system }) => system === ORG_CONNECTION_SYSTEM) ?? [];
  const written = await writeFacts(medplum, facts, matches, tag);
  const references = [...new Set(written.converted.values())];
  await nameSource(medplum, event.bot, document, patient, references);
  const { alreadyHere } = written;
  return { converted: references.length, alreadyHere, leftOut: [...leftOut, ...written.leftOut] };
}

function patientOf({ subject }: DocumentReference): PatientReference | undefined {
  const reference = subject?.reference;
  return reference?.startsWith('Patient/') ? { reference } : undefined;
}
