import { ORG_CONNECTION_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { AllergyIntolerance, MedicationRequest } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import type { Fact } from '../find-facts.ts';
import { findDisagreements } from './find-disagreements.ts';

let made = 0;

function from(namespace: string, resource: object): Fact {
  const meta = { tag: [{ system: ORG_CONNECTION_SYSTEM, code: namespace }] };
  return { id: `${made++}`, meta, ...resource } as Fact;
}

const rxnorm = (code: string, display: string) => ({ coding: [{ system: 'rxnorm', code, display }] });

function allergy(namespace: string, more: Partial<AllergyIntolerance>): Fact {
  return from(namespace, { resourceType: 'AllergyIntolerance', code: rxnorm('7980', 'Penicillin G'), ...more });
}

function prescribe(namespace: string, status: MedicationRequest['status'], text: string): Fact {
  const medicationCodeableConcept = rxnorm('860975', 'metformin');
  return from(namespace, {
    resourceType: 'MedicationRequest',
    status,
    medicationCodeableConcept,
    dosageInstruction: [{ text }],
  });
}

const told = (facts: readonly Fact[]) =>
  findDisagreements(facts).map(({ title, elements, voices }) => [
    title,
    ...elements.map((element) => `${element}: ${voices.map(({ says }) => says[element] || '-').join(' / ')}`),
  ]);

test('what two sources say differently of one allergy stands beside each other', () => {
  const high = allergy('north', { criticality: 'high', reaction: [{ manifestation: [{ text: 'Anaphylaxis' }] }] });
  const low = allergy('lake', { criticality: 'low', reaction: [{ manifestation: [{ text: 'Rash' }] }] });
  expect(told([high, low])).toEqual([['Penicillin G', 'Risk: high / low', 'Reaction: Anaphylaxis / Rash']]);
});

test('who says nothing, or the same in other letters, contradicts nobody', () => {
  expect(told([allergy('north', { criticality: 'high' }), allergy('lake', {})])).toEqual([]);
  const [one, other] = ['Hives', 'HIVES '].map((text) => ({ reaction: [{ manifestation: [{ text }] }] }));
  expect(told([allergy('north', one ?? {}), allergy('lake', other ?? {})])).toEqual([]);
  expect(told([allergy('north', { criticality: 'high' }), allergy('north', { criticality: 'low' })])).toEqual([]);
});

test('things are the same by a code, a name, or through a third one', () => {
  const byCode = allergy('north', { criticality: 'high' });
  const byName = allergy('lake', { code: { text: 'PENICILLIN' }, criticality: 'low' });
  expect(told([byCode, byName])).toEqual([]);
  const both = allergy('sea', { code: { ...rxnorm('7980', 'x'), text: 'Penicillin' } });
  expect(told([byCode, byName, both])).toEqual([['Penicillin G', 'Risk: high / low / -']]);
});

test('of a source the current word counts, and prescriptions that are all over are not compared', () => {
  const facts = [
    prescribe('north', 'stopped', '1 a day'),
    prescribe('north', 'active', '2 a day'),
    prescribe('lake', 'active', '1 a day'),
  ];
  expect(told(facts)).toEqual([['metformin', 'Dose: 2 a day / 1 a day']]);
  expect(told([prescribe('north', 'stopped', '1 a day'), prescribe('lake', 'completed', '2 a day')])).toEqual([]);
});

test('two people of one chart are compared trait by trait', () => {
  const person = (namespace: string, birthDate: string, city: string) =>
    from(namespace, { resourceType: 'Patient', name: [{ family: 'Beispiel' }], birthDate, address: [{ city }] });
  expect(told([person('north', '1980-05-17', 'Oslo'), person('lake', '1980-05-17', 'Bergen')])).toEqual([
    ['Beispiel', 'Address: Oslo / Bergen'],
  ]);
});

test('sources stand beside each other in one order, and a phone is the same with its country', () => {
  const person = (namespace: string, city: string, value: string) =>
    from(namespace, { resourceType: 'Patient', address: [{ city }], telecom: [{ system: 'phone', value }] });
  const facts = [person('north', 'Oslo', '555-0100'), person('lake', 'Bergen', '+1 555 0100')];
  const [people] = findDisagreements(facts, ['lake', 'north']);
  expect(people?.elements).toEqual(['Address']);
  expect(people?.voices.map(({ says }) => says.Address)).toEqual(['Bergen', 'Oslo']);
});
