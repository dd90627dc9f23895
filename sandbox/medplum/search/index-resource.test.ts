import type { Patient } from '@medplum/fhirtypes';
import { beforeAll, expect, test } from 'vitest';
import { loadDefinitions } from '../repository/load-definitions.ts';
import { indexResource } from './index-resource.ts';

beforeAll(() => {
  loadDefinitions();
});

const patient: Patient = {
  resourceType: 'Patient',
  name: [{ family: 'Nguyen', given: ['Alexandra', 'Maria'] }],
  generalPractitioner: [{ identifier: { system: 'urn:staff', value: 'S-1' } }],
  birthDate: '1980-05-17',
};

const values = (resource: Patient, table: string, code: string) =>
  indexResource(resource)
    .filter((row) => row.table === table && row.code === code)
    .map((row) => row.values[0]);

test('each row is there once', () => {
  const keys = indexResource(patient).map((row) => JSON.stringify(row));
  expect(new Set(keys).size).toBe(keys.length);
});

test('a name is found by itself and by each of its words', () => {
  expect(values(patient, 'string_index', 'name')).toEqual(['alexandra maria nguyen']);
  expect(values(patient, 'string_index', 'name:word')).toEqual(['alexandra', 'maria', 'nguyen']);
  expect(values(patient, 'string_index', 'given')).toEqual(['alexandra maria']);
});

test('a logical reference is found by its identifier', () => {
  expect(values(patient, 'token_index', 'general-practitioner:identifier')).toEqual(['S-1']);
});

test('a parameter that speaks of absence is asked even when its element is missing', () => {
  expect(values(patient, 'token_index', 'deceased')).toEqual(['false']);
  expect(values({ ...patient, deceasedDateTime: '2020-01-01' }, 'token_index', 'deceased')).toEqual(['true']);
});

test('a value beyond 2,700 characters is not indexed', () => {
  const long: Patient = { ...patient, name: [{ family: 'x'.repeat(2701) }] };
  expect(values(long, 'string_index', 'family')).toEqual([]);
});
