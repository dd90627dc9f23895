import type { Attachment, Binary, DocumentReference, Provenance } from '@medplum/fhirtypes';
import { DOCUMENTS } from './codes/care.ts';
import { concept, LOINC } from './codes/systems.ts';
import { makeClinicalDocument } from './make-clinical-document.ts';
import { documentAddress, EHR_BASE, isSynthesised } from './make-ids.ts';
import { dateTime, type PatientRecord } from './make-record.ts';

const PROVENANCE_ROLE = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';

/** Documents as they come: a C-CDA, a note, a page; every content type once in its real spelling and once as some send it. */
const CONTENT_TYPES = [
  'application/xml',
  'text/plain',
  'text/html',
  'application/pdf; qs=0.001',
  'aapplication/xml',
] as const;

/**
 * One document. Five documents in a row have the five forms of attachment seen in the wild: a relative address of a
 * Binary, an absolute one, an address that only `Binary.meta.source` knows, inline data, and neither.
 */
export function makeDocumentReference(record: PatientRecord, index: number): DocumentReference {
  const random = record.random('DocumentReference', index);
  const encounter = record.encounterOf('DocumentReference', index);
  const code = DOCUMENTS[index % DOCUMENTS.length] ?? DOCUMENTS[0];
  return {
    resourceType: 'DocumentReference',
    id: record.id('DocumentReference', index),
    status: 'current',
    docStatus: 'final',
    type: concept(LOINC, code),
    subject: record.toPatient(),
    date: new Date(record.encounterAtMs(encounter)).toISOString(),
    author: [record.refer('Practitioner', index % record.counts.Practitioner)],
    description: random.chance(0.2) ? '{"note":"JSON inside a string"}' : code.display,
    content: [{ attachment: attachmentOf(record, index) }],
    context: { encounter: [record.refer('Encounter', encounter)] },
  };
}

function attachmentOf(record: PatientRecord, index: number): Attachment {
  const form = index % 5;
  const binary = Math.floor(index / 5) * 3 + form;
  const contentType = contentTypeOf(binary);
  switch (form) {
    case 0:
      return { contentType, url: `Binary/${record.id('Binary', binary)}` };
    case 1:
      return { contentType, url: `${EHR_BASE}/Binary/${record.id('Binary', binary)}` };
    case 2:
      return { contentType, url: documentAddress(record.idSeed, binary) };
    case 3:
      return {
        contentType: 'text/html',
        data: Buffer.from(`<p>Seen in clinic, visit ${index}.</p>`).toString('base64'),
      };
    default:
      return { contentType: 'application/octet-stream', title: 'Not available' };
  }
}

/** The body of a document. Every seventh repeats the one before it: the same content under two ids. */
export function makeBinary(record: PatientRecord, index: number): Binary {
  const isCopy = index % 7 === 6;
  const contentType = contentTypeOf(isCopy ? index - 1 : index);
  return {
    resourceType: 'Binary',
    id: record.id('Binary', index),
    ...(isSynthesised('Binary', index) ? { meta: { source: documentAddress(record.idSeed, index) } } : {}),
    contentType,
    data: documentBody(record, isCopy ? index - 1 : index, contentType).toString('base64'),
  };
}

function contentTypeOf(index: number): string {
  return CONTENT_TYPES[index % CONTENT_TYPES.length] ?? 'text/plain';
}

function documentBody(record: PatientRecord, index: number, contentType: string): Buffer {
  const sentence = `Document ${index} of ${record.patient.given} ${record.patient.family}. No acute distress. `;
  const fill = (bytes: number) => sentence.repeat(Math.max(1, Math.ceil(bytes / sentence.length)));
  if (contentType.endsWith('xml')) return makeClinicalDocument(record, documentOf(index), fill);
  const text = fill(record.documentBytes).slice(0, record.documentBytes);
  if (contentType.startsWith('application/pdf')) {
    return Buffer.from(
      `%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n% ${text}\ntrailer<</Root 1 0 R>>\n%%EOF`,
    );
  }
  return Buffer.from(contentType === 'text/html' ? `<html><body><p>${text}</p></body></html>` : text);
}

/** The inverse of how an attachment names its Binary. */
function documentOf(binary: number): number {
  return Math.floor(binary / 3) * 5 + (binary % 3);
}

/** Who wrote what, as US Core sources send it. */
export function makeProvenance(record: PatientRecord, index: number): Provenance {
  const random = record.random('Provenance', index);
  const document = index % record.counts.DocumentReference;
  return {
    resourceType: 'Provenance',
    id: record.id('Provenance', index),
    target: [record.refer('DocumentReference', document)],
    recorded: new Date(record.encounterAtMs(record.encounterOf('DocumentReference', document))).toISOString(),
    occurredDateTime: dateTime(record.encounterAtMs(record.encounterOf('DocumentReference', document)), random),
    agent: [
      {
        type: { coding: [{ system: PROVENANCE_ROLE, code: 'author' }] },
        who: record.refer('Practitioner', index % record.counts.Practitioner),
        onBehalfOf: record.refer('Organization', index % record.counts.Organization),
      },
    ],
  };
}
