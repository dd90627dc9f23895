import { expect, test } from 'vitest';
import { indexRows } from '../../test/index-rows.ts';
import { subjectRows } from './subject-rows.ts';

test('the one Patient of an export is the subject, referred to or not', () => {
  expect(subjectRows(indexRows([{ key: 'Patient/p' }, { key: 'Observation/o' }]))).toEqual([0]);
  expect(subjectRows(indexRows([{ key: 'Observation/o' }]))).toEqual([]);
});

test('of several Patients those count that the records refer to', () => {
  const index = indexRows([
    { key: 'Patient/child' },
    { key: 'Patient/mother', references: ['Patient/child'] },
    { key: 'Patient/merged', references: ['Patient/child'] },
    { key: 'Patient/also', references: [] },
    { key: 'Coverage/c', references: ['Patient/child', 'Patient/mother'] },
    { key: 'RelatedPerson/r', references: ['Patient/merged'] },
    { key: 'Observation/o', references: ['Patient/child'] },
    { key: 'Encounter/e', references: ['https://ehr.example.com/fhir/Patient/also'] },
  ]);
  expect(subjectRows(index)).toEqual([0, 3]);
});

test('when no record refers to any of them, all count', () => {
  const index = indexRows([
    { key: 'Patient/a' },
    { key: 'Patient/b', references: ['Patient/a'] },
    { key: 'Coverage/c', references: ['Patient/a'] },
  ]);
  expect(subjectRows(index)).toEqual([0, 1]);
});

test('a repeat counts by the line that is loaded', () => {
  const index = indexRows([{ key: 'Patient/a' }, { key: 'Patient/a' }, { key: 'Patient/b' }]);
  expect(subjectRows(index)).toEqual([1, 2]);
});
