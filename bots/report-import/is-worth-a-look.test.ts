import type { ImportReport } from '@fasten-medplum/bridge/contract/import-report';
import { outputsFromReport } from '@fasten-medplum/bridge/contract/import-task';
import type { List, Task } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { isWorthALook } from './is-worth-a-look.ts';

function taskOf(more: Partial<ImportReport>): Task {
  const counts = { lines: 10, created: 0, updated: 0, unchanged: 10, duplicate: 0, quarantined: 0, skipped: 0 };
  const about = { connection: 'c', storedByType: {}, receivedByType: {}, problemsByCode: {}, repairsByRule: {} };
  const output = outputsFromReport({ ...counts, ...about, problems: [], ...more });
  return { resourceType: 'Task', status: 'completed', intent: 'order', output };
}

const changes: List = { resourceType: 'List', status: 'current', mode: 'changes', entry: [{ item: {} }] };

test.each<[string, Partial<ImportReport>, Partial<ImportReport> | undefined, List | undefined, boolean]>([
  ['nothing at all', {}, {}, undefined, false],
  ['something new', { created: 1 }, {}, undefined, true],
  ['something changed', { updated: 1 }, {}, undefined, true],
  ['something that came before an interruption', { byEarlierRun: 1 }, {}, undefined, true],
  ['something that is in its List', {}, {}, changes, true],
  ['what could not be compared', {}, {}, { ...changes, entry: [] }, false],
  ['what vanished long ago', { vanished: 3 }, { vanished: 3 }, undefined, false],
  ['a line set aside, the first time', { quarantined: 1 }, undefined, undefined, true],
  ['a line set aside as the time before', { quarantined: 1 }, { quarantined: 1 }, undefined, false],
  ['one more line set aside', { quarantined: 2 }, { quarantined: 1 }, undefined, true],
  ['a doubt', { unsureTraits: ['sex'] }, undefined, undefined, true],
  ['a doubt that was there before', { unsureTraits: ['sex'] }, { unsureTraits: ['sex'] }, undefined, false],
])('an import with %s', (_, report, before, list, expected) => {
  expect(isWorthALook(taskOf(report), before && taskOf(before), list)).toBe(expected);
});
