import type { Resource } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { describeFact, timeOfFact } from './describe-fact.ts';

const subject = { reference: 'Patient/1' };

function say(resource: object): string {
  const words = describeFact(resource as Resource);
  return [words.title, timeOfFact(words), words.status, ...words.details].filter(Boolean).join(' | ');
}

test('a diagnosis is told with its beginning, its end and how it stands', () => {
  const condition = {
    resourceType: 'Condition',
    subject,
    code: { coding: [{ code: '44054006', display: 'Type 2 diabetes' }] },
    clinicalStatus: { coding: [{ code: 'resolved' }] },
    onsetDateTime: '2019',
    abatementDateTime: '2021',
  };
  expect(say(condition)).toBe('Type 2 diabetes | 2019 | resolved | until 2021');
});

test('a medicine is named by its code, by a display, or by what the prescription contains', () => {
  const request = { resourceType: 'MedicationRequest', status: 'active', intent: 'order', subject };
  const dosageInstruction = [{ text: 'one a day' }];
  expect(say({ ...request, medicationCodeableConcept: { text: 'Metformin' }, dosageInstruction })).toBe(
    'Metformin | active | one a day',
  );
  expect(say({ ...request, medicationReference: { reference: 'Medication/9', display: 'Lisinopril' } })).toBe(
    'Lisinopril | active',
  );
  const contained = [{ resourceType: 'Medication', id: '1', code: { text: 'Aspirin' } }];
  expect(say({ ...request, contained, medicationReference: { reference: '#1' } })).toBe('Aspirin | active');
});

test('a stay is told from its first to its last day', () => {
  const period = { start: '2020-01-30', end: '2020-02-02' };
  const encounter = { resourceType: 'Encounter', status: 'finished', class: { code: 'IMP' }, subject, period };
  expect(say(encounter)).toMatch(/^Inpatient stay \| .*2020 – .*2020 \| finished$/);
  expect(say({ ...encounter, class: { code: 'X1' } })).toMatch(/^X1 /);
});

test('how something stands is told in words', () => {
  const shot = { resourceType: 'Immunization', status: 'entered-in-error', patient: subject };
  expect(say({ ...shot, vaccineCode: { text: 'Influenza' } })).toBe('Influenza | entered in error');
});

test('a code without a name is shown as the code, and nothing at all is said to be so', () => {
  expect(
    say({ resourceType: 'Procedure', status: 'completed', subject, code: { coding: [{ code: '0W9G3ZZ' }] } }),
  ).toBe('0W9G3ZZ | completed');
  expect(say({ resourceType: 'Immunization', status: 'completed', patient: subject, vaccineCode: {} })).toBe(
    'Without a name | completed',
  );
});

test('a document of which only the code of its type is known is called by its description', () => {
  const document = { resourceType: 'DocumentReference', status: 'current', content: [], description: 'CCD of May' };
  expect(say({ ...document, type: { coding: [{ code: '34133-9' }] } })).toBe('CCD of May | current');
});

test('a claim is told with its sum', () => {
  const claim = {
    resourceType: 'Claim',
    status: 'active',
    created: '2021-02',
    total: { value: 12.5, currency: 'USD' },
  };
  expect(say({ ...claim, type: { text: 'Pharmacy' } })).toMatch(/^Pharmacy \| Feb.* 2021 \| active \| \$12\.50$/);
});

test('a type that has no words of its own is still shown by what it is, and when', () => {
  expect(
    say({ resourceType: 'Device', id: '7', deviceName: [{ name: 'Pacemaker', type: 'user-friendly-name' }] }),
  ).toBe('Pacemaker');
  const order = { resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject, authoredOn: '2024' };
  expect(say({ ...order, code: { text: 'Referral' } })).toBe('Referral | 2024 | active');
  const study = { resourceType: 'ImagingStudy', status: 'available', subject, started: '2023', description: 'CT' };
  expect(say(study)).toBe('CT | 2023 | available');
  expect(say({ resourceType: 'Schedule', id: '7', actor: [] })).toBe('Schedule');
  const father = { resourceType: 'FamilyMemberHistory', status: 'completed', patient: subject };
  const condition = [{ code: { text: 'Stroke' } }];
  expect(say({ ...father, relationship: { text: 'Father' }, condition })).toBe('Father | completed | Stroke');
});
