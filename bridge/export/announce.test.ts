import type { Task } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import type { Payload } from '../queue/specs.ts';
import { missingLines, withAnnouncement } from './announce.ts';

const task = { resourceType: 'Task', id: 't', status: 'requested', intent: 'order' } as Task & { id: string };
const ready: Payload<'export-ready'> = {
  eventId: 'e1',
  orgConnectionId: 'c1',
  exportId: 'x1',
  files: [
    { exportId: 'x1', fileId: 'a', format: 'ndjson' },
    { exportId: 'x1', fileId: 'b', format: 'other' },
  ],
  refusedLinks: 1,
  announced: { total: 12, byType: { Patient: 1, Observation: 11 } },
};

function said(announced: Task): string[] {
  return (announced.input ?? []).map(
    ({ type, valueInteger, valueString }) => `${type.coding?.[0]?.code ?? type.text} ${valueInteger ?? valueString}`,
  );
}

test('the Task keeps what was announced, what is not loaded and what was refused', () => {
  expect(said(withAnnouncement(task, ready))).toEqual([
    'announced-files 2',
    'files-not-loaded 1',
    'links-refused 1',
    'announced-resources 12',
    'announced-by-type Observation: 11',
    'announced-by-type Patient: 1',
  ]);
});

test('a second announcement replaces the first and leaves the inputs of others', () => {
  const theirs = { ...task, input: [{ type: { text: 'theirs' }, valueInteger: 1 }] };
  const twice = withAnnouncement(withAnnouncement(theirs, ready), { ...ready, announced: {}, refusedLinks: 0 });
  expect(said(twice)).toEqual(['theirs 1', 'announced-files 2', 'files-not-loaded 1']);
});

test('lines that were announced and did not arrive are counted; more than announced is nothing to tell', () => {
  const announced = withAnnouncement(task, ready);
  expect([missingLines(announced, 9), missingLines(announced, 40), missingLines(task, 0)]).toEqual([3, 0, 0]);
});
