import { expect, test } from 'vitest';
import { RowStates } from './row-states.ts';

const ID = '0c7b1e55-5a4d-4c3a-9a8a-0e6d2f4b1aff';

test('a row is unseen until something became of it', () => {
  const states = new RowStates(4);
  expect([0, 1, 2, 3].every((row) => states.isUnseen(row))).toBe(true);
  states.setPending(0, 7);
  states.setStored(1, ID);
  states.setAbsent(2);
  expect([0, 1, 2, 3].filter((row) => states.isUnseen(row))).toEqual([3]);
});

test('a row on its way names its bundle, bundle 0 too, and none before or after', () => {
  const states = new RowStates(2);
  expect(states.pendingBundle(0)).toBeUndefined();
  states.setPending(0, 0);
  expect(states.pendingBundle(0)).toBe(0);
  expect(states.storedId(0)).toBeUndefined();
  states.setStored(0, ID);
  expect(states.pendingBundle(0)).toBeUndefined();
});

test('the id of a stored row comes back as it was, and its neighbours keep theirs', () => {
  const ids = Array.from({ length: 300 }, () => crypto.randomUUID());
  const states = new RowStates(ids.length);
  for (const [row, id] of ids.entries()) states.setStored(row, id);
  expect(ids.map((_, row) => states.storedId(row))).toEqual(ids);
});

test('a row that will not be stored has no id', () => {
  const states = new RowStates(1);
  states.setPending(0, 1);
  states.setAbsent(0);
  expect(states.storedId(0)).toBeUndefined();
  expect(states.pendingBundle(0)).toBeUndefined();
});

test('a row that this run created stays fresh when it is seen again', () => {
  const states = new RowStates(2);
  states.setStored(0, ID, true);
  states.setStored(0, ID);
  states.setStored(1, ID);
  expect([states.isFresh(0), states.isFresh(1)]).toEqual([true, false]);
});
