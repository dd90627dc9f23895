import { beforeAll, expect, test } from 'vitest';
import { loadDefinitions } from './load-definitions.ts';
import { nameElements } from './name-elements.ts';

beforeAll(() => loadDefinitions());

test.each([
  ['MedicationRequest.medication[x]', 'MedicationRequest.medication[x]'],
  ['Observation.component[2].valueQuantity.value', 'Observation.component[2].valueQuantity.value'],
  ['MedicationRequest.dispenseRequest.validityPeriod.start', 'MedicationRequest.dispenseRequest.validityPeriod.start'],
  ['Timing.repeat.boundsDuration', 'Timing.repeat.boundsDuration'],
  ['Observation.extension[0].url', 'Observation.extension[0].url'],
])('what FHIR itself names is told: %s', (expression, told) => {
  expect(nameElements(expression)).toBe(told);
});

test.each([
  ['Observation.JohnSmith', 'Observation'],
  ['Observation.code.JohnSmith[0].text', 'Observation.code'],
  ['Observation.constructor', 'Observation'],
  ['JohnSmith.code', undefined],
  ['toString.code', undefined],
  ["Observation.where(id='Smith')", undefined],
  ['', undefined],
])('what a source named is not: %s', (expression, told) => {
  expect(nameElements(expression)).toBe(told);
});
