import { beforeAll, expect, test } from 'vitest';
import { loadDefinitions } from '../shape/load-definitions.ts';
import { recogniseVersion } from './recognise-version.ts';

beforeAll(loadDefinitions);

const [subject, code] = [{ reference: 'Patient/1' }, { text: 'x' }];

test.each([
  ['R5', { resourceType: 'Encounter', status: 'completed', subject, actualPeriod: { start: '2024' } }],
  [
    'R5',
    { resourceType: 'MedicationRequest', status: 'active', intent: 'order', subject, medication: { concept: code } },
  ],
  ['R5', { resourceType: 'Immunization', extension: [{ url: 'x', valueCodeableReference: { concept: code } }] }],
  ['STU3', { resourceType: 'MedicationRequest', intent: 'order', subject, context: { reference: 'Encounter/1' } }],
  ['STU3', { resourceType: 'Condition', clinicalStatus: 'active', subject, assertedDate: '2018' }],
  ['STU3', { resourceType: 'Observation', status: 'final', code, interpretation: code }],
  ['DSTU2', { resourceType: 'Observation', status: 'final', code, category: code, comments: 'x' }],
  ['DSTU2', { resourceType: 'Encounter', status: 'finished', class: 'outpatient', patient: subject }],
  [
    'DSTU2',
    { resourceType: 'Condition', clinicalStatus: 'active', patient: subject, code, verificationStatus: 'confirmed' },
  ],
  ['DSTU2', { resourceType: 'MedicationOrder', status: 'active', patient: subject }],
  ['STU3', { resourceType: 'Patient', contained: [{ resourceType: 'ReferralRequest', id: 'a' }] }],
  ['STU3', { resourceType: 'CapabilityStatement', fhirVersion: '3.0.1' }],
  ['R5', { resourceType: 'Patient', meta: { profile: ['http://hl7.org/fhir/5.0/StructureDefinition/Patient'] } }],
])('%s: %j', (version, resource) => expect(recogniseVersion(resource)).toBe(version));

test.each([
  // Valid R4, however little of it.
  { resourceType: 'Patient', gender: 'male' },
  { resourceType: 'ExplanationOfBenefit', status: 'active' },
  // R4 with faults that no other version explains.
  { resourceType: 'Patient', gender: 'male', favouriteColour: 'red' },
  { resourceType: 'Patient', fhir_comments: ['x'], name: { family: 'A' } },
  { resourceType: 'Organization', identifier: [{ type: [code] }] },
  { resourceType: 'DiagnosticReport', status: 'final', code, encounter: [subject] },
  // STU3 would write this one so, but demands `indexed` and knows no `date`.
  { resourceType: 'DocumentReference', status: 'current', date: '2020', content: [], context: { encounter: subject } },
  { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1', acceptUnknown: 'no' },
  { resourceType: 'constructor' },
  { resourceType: '__proto__' },
])('R4: %j', (resource) => expect(recogniseVersion(resource)).toBeUndefined());
