import { MedplumClient } from '@medplum/core';
import { expect, test } from 'vitest';
import { type IndexedRow, indexRows } from '../test/index-rows.ts';
import { bindPatient, boundPatient } from './bind-patient.ts';
import { Documents } from './documents/documents.ts';
import type { LoadContext } from './load-context.ts';
import { RowStates } from './row-states.ts';
import { Tally } from './tally.ts';

const ID = '0c7b1e55-5a4d-4c3a-9a8a-0e6d2f4b1a11';
const patient = (id: string, lastUpdated = ''): IndexedRow => ({ key: `Patient/${id}`, lastUpdated });

function contextOf(rows: readonly IndexedRow[], app?: string): LoadContext {
  const index = indexRows(rows);
  return {
    medplum: new MedplumClient(),
    hasTransactions: true,
    origin: { namespace: 'c-1', exportId: 'e-1' },
    files: [],
    index,
    states: new RowStates(index.size),
    tally: new Tally(),
    documents: new Documents(),
    binding: bindPatient(index, app),
    retrieved: new Date(0),
  };
}

test("the app's Patient is bound whatever the export holds", () => {
  for (const rows of [[], [patient('1')], [patient('1'), patient('2')]]) {
    const context = contextOf(rows, `Patient/${ID}`);
    expect(context.binding).toEqual({ kind: 'app', reference: `Patient/${ID}` });
    expect(boundPatient(context)).toBe(`Patient/${ID}`);
  }
});

test("without it the export's one Patient is, once it is stored", () => {
  const context = contextOf([{ key: 'Observation/1' }, patient('1')]);
  expect(context.binding).toEqual({ kind: 'own', row: 1 });
  expect(boundPatient(context)).toBeUndefined();
  context.states.setStored(1, ID);
  expect(boundPatient(context)).toBe(`Patient/${ID}`);
});

test('of a Patient that comes twice the line that counts is bound', () => {
  expect(contextOf([patient('1', '2024-02-01'), patient('1', '2024-01-01')]).binding).toEqual({ kind: 'own', row: 0 });
  expect(contextOf([patient('1', '2024-01-01'), patient('1', '2024-02-01')]).binding).toEqual({ kind: 'own', row: 1 });
});

test('nothing is bound to one of several Patients, or to none', () => {
  for (const rows of [[patient('1'), patient('2')], [{ key: 'Observation/1' }]]) {
    const context = contextOf(rows);
    expect(context.binding).toEqual({ kind: 'none' });
    expect(boundPatient(context)).toBeUndefined();
  }
});
