import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deriveRequiredCodes } from './derive-required-codes.ts';
import { findMiscasedCodes } from './status-codes.ts';

test('the table of codes is what the R4 definitions say (node bridge/ingest/repair/derive-required-codes.ts)', async () => {
  const table = JSON.parse(await readFile(join(import.meta.dirname, 'required-codes.json'), 'utf8'));
  expect(table).toEqual(await deriveRequiredCodes());
});

test('a code in the wrong case is found', () => {
  expect(findMiscasedCodes({ resourceType: 'Encounter', status: 'Finished' })).toEqual([
    { rule: 'status-case-normalised', path: 'Encounter.status', key: 'status', code: 'finished' },
  ]);
  expect(findMiscasedCodes({ resourceType: 'Patient', gender: 'FEMALE' })).toMatchObject([{ code: 'female' }]);
});

test.each([
  { resourceType: 'Encounter', status: 'finished' },
  { resourceType: 'Encounter', status: 'over' },
  { resourceType: 'Patient', gender: 'M' },
  { resourceType: 'Patient', gender: 5 },
  { resourceType: 'constructor', status: 'X' },
  { resourceType: '__proto__', status: 'X' },
])('nothing is changed in %j', (resource) => expect(findMiscasedCodes(resource)).toEqual([]));
