import { compareDemographics } from '@fasten-medplum/bridge/contract/demographics/compare-demographics';
import type { Binary, Patient, Resource } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { generateExport } from '../../sandbox/generator/generate-export.ts';
import { personaPieces } from '../../sandbox/personas/persona-pieces.ts';
import { makeFacts } from '../ccda-to-fhir/make-facts.ts';
import { readDocument } from '../ccda-to-fhir/read-document.ts';
import { readPerson } from '../ccda-to-fhir/read-person.ts';

const SUBJECT = { reference: 'Patient/generated' };

const EXPORTS: readonly (readonly [string, () => Iterable<string>])[] = [
  ['of the demo', () => generateExport({ seed: 1, resources: 600 })],
  ['of a name that XML has to escape', () => generateExport({ seed: 4, resources: 200, patient: SMITH })],
  ['without room for a document', () => generateExport({ seed: 9, resources: 90, documentBytes: 1 })],
  ['by TEFCA', () => [...personaPieces({ id: 'tefca-ccda' })].join('').trim().split('\n')],
];

const SMITH = { given: 'Ann & "Joe"', family: "O'Neil <Smith>", birthDate: '1961-02-03', gender: 'other' } as const;

test.each(EXPORTS)('every C-CDA of an export %s names its patient and is converted whole', (_, linesOf) => {
  const resources = [...linesOf()].map((line) => JSON.parse(line) as Resource);
  const patient = resources.find((resource): resource is Patient => resource.resourceType === 'Patient');
  const files = resources.filter((resource): resource is Binary => resource.resourceType === 'Binary');
  const documents = files.filter(({ contentType }) => contentType.endsWith('xml'));
  expect(documents.length).toBeGreaterThan(0);
  for (const { data = '' } of documents) {
    const read = readDocument(Buffer.from(data, 'base64'));
    if (!read || 'fault' in read) throw new Error(`not read: ${read?.fault}`);
    expect(compareDemographics(patient as Patient, readPerson(read.root))).toMatchObject({ verdict: 'same' });
    const { facts, leftOut } = makeFacts(read, SUBJECT);
    expect(leftOut).toEqual([]);
    expect(facts.length).toBeGreaterThan(1);
  }
});
