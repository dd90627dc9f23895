import { withMoment } from '@fasten-medplum/bridge/contract/import-timeline';
import { expect, test } from 'vitest';
import { makeImportTask } from '../../test/import-tasks.ts';
import { eventsFromMoments, eventsFromVersions } from './import-events.ts';

const at = (minute: number) => ({ meta: { lastUpdated: `2026-01-02T03:0${minute}:00Z` } });

test('one event for each change of phase, oldest first, none for versions that only count on', () => {
  const events = eventsFromVersions([
    makeImportTask('completed', 'loaded', at(4)),
    makeImportTask('in-progress', 'loading', at(3)),
    makeImportTask('in-progress', 'loading', at(2)),
    makeImportTask('requested', 'requested', at(1)),
  ]);
  expect(events.map((event) => [event.label, event.at])).toEqual([
    ['Requested', at(1).meta.lastUpdated],
    ['Running', at(2).meta.lastUpdated],
    ['Done', at(4).meta.lastUpdated],
  ]);
});

test('an import that failed and was run again tells both', () => {
  const events = eventsFromVersions([
    makeImportTask('in-progress', 'loading', at(1)),
    makeImportTask('failed', 'failed', at(2)),
    makeImportTask('in-progress', 'loading', at(3)),
  ]);
  expect(events.map((event) => event.label)).toEqual(['Running', 'Failed', 'Running']);
});

test('versions without a time are left out', () => {
  expect(eventsFromVersions([makeImportTask('requested', 'requested')])).toEqual([]);
});

test('the moments that a Task tells are its story, and that it waits for a person is the last of them', () => {
  const task = makeImportTask('on-hold', 'held', at(5));
  const told = withMoment(withMoment(task, 'requested', at(2).meta.lastUpdated), 'consented', at(1).meta.lastUpdated);
  expect(eventsFromMoments(told).map((event) => event.label)).toEqual(['consented', 'requested', 'On hold']);
  expect(eventsFromMoments(task)).toEqual([]);
});
