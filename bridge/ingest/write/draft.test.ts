import { expect, test } from 'vitest';
import { type Decision, makeMember, type Write } from '../shape/compose-entry.ts';
import { Draft, MAX_BODY_BYTES, MAX_ENTRIES, MAX_UPDATES } from './draft.ts';

const member = makeMember(
  { row: 0, key: { resourceType: 'Basic', id: '1' }, resource: {}, links: [], attachments: [], repairs: [] },
  undefined,
);
const write = (kind: Write['kind'], json = '{}'): Decision => ({
  kind,
  member,
  json,
  reference: member.urn,
  isIncomplete: false,
});
const unchanged: Decision = { kind: 'unchanged', member, isIncomplete: false };

/** How many of these a fresh draft takes, one after the other. */
function taken(decision: Decision, limit = 5000): number {
  const draft = new Draft(0);
  for (let count = 0; count < limit; count++) {
    if (!draft.fits([decision])) return count;
    draft.add([member], [decision]);
  }
  return limit;
}

test('a draft takes as many creates as a bundle, fewer updates, and no end of rows that need no write', () => {
  expect(taken(write('create'))).toBe(MAX_ENTRIES);
  expect(taken(write('update'))).toBe(MAX_UPDATES);
  expect(taken(unchanged)).toBe(5000);
});

test('the updates are counted for themselves: creates still fit beside them', () => {
  const draft = new Draft(0);
  const updates = Array.from({ length: MAX_UPDATES }, () => write('update'));
  draft.add([member], updates);
  expect(draft.fits([write('update')])).toBe(false);
  expect(draft.fits([write('create')])).toBe(true);
});

test('what counts is bytes, not characters', () => {
  const half = MAX_BODY_BYTES / 2 - 1;
  expect(taken(write('create', 'a'.repeat(half)))).toBe(2);
  expect(taken(write('create', 'é'.repeat(half / 2)))).toBe(2);
  expect(taken(write('create', 'é'.repeat(half / 2 + 1)))).toBe(1);
  expect(taken(write('create', 'é'.repeat(half + 2)))).toBe(0);
});

test('a component fits as a whole or not at all', () => {
  const draft = new Draft(0);
  draft.add(
    [member],
    Array.from({ length: MAX_ENTRIES - 1 }, () => write('create')),
  );
  expect(draft.fits([write('create')])).toBe(true);
  expect(draft.fits([write('create'), write('create')])).toBe(false);
  expect(draft.fits([unchanged, write('create'), unchanged])).toBe(true);
});

test('a draft is empty until it has something to write', () => {
  const draft = new Draft(3);
  draft.add([member], [unchanged]);
  expect(draft.isEmpty).toBe(true);
  draft.add([member], [write('create')]);
  expect(draft.isEmpty).toBe(false);
  expect(draft.number).toBe(3);
  expect(draft.components).toHaveLength(2);
  expect(draft.decisions).toHaveLength(2);
});
