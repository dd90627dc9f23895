import type { Task } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import type { Journey } from './draw-journey.ts';
import { judgeEnded } from './judge-ended.ts';
import type { ReadOutcome } from './read-outcome.ts';

const COMPLETED = '{"status":"completed","lines":3}';
const CANCELLED = '{"status":"cancelled"}';
const [GIVEN, REVOKED, LOADED] = ['C create', 'U update', 'E transaction,110107'];

const calm: ReadOutcome = {
  imports: [COMPLETED],
  messages: ['connected', 'loaded'],
  audited: [GIVEN, LOADED, REVOKED],
  records: { a: 1, b: 2, c: 3 },
  vanished: [],
  faults: [],
  namespaces: ['n'],
  tasks: [{ status: 'completed' } as Task],
  stopped: [],
};

function judge(read: Partial<ReadOutcome>, erased = false): string[] {
  const journey: Journey = { persona: 'tiny', chart: 'own', visits: 1, told: 'page', ended: { erased } };
  const ended = { orgConnectionIds: ['n'], receipts: [], seen: [] };
  const lived = { journey, patientId: 'p', orgConnectionIds: ['n'], ended };
  const isGone = { imports: [], tasks: [], records: {} };
  return judgeEnded(lived, { ...calm, ...(erased && isGone), ...read }, erased ? { ...calm, ...isGone } : calm);
}

test('what was stopped half-way has a part of what would have come, and no more', () => {
  const half = { imports: [CANCELLED], stopped: ['n'], messages: ['connected'], audited: [GIVEN, REVOKED] };
  expect(judge({ ...half, records: { a: 0 } })).toEqual([]);
  expect(judge({ ...half, records: { a: 0, d: 4 } })).toEqual(['records: more than undisturbed: d (1)']);
  expect(judge({ ...half, messages: ['connected', 'connected'] })).toHaveLength(1);
});

test('what was not stopped is whole', () => {
  expect(judge({})).toEqual([]);
  expect(judge({ records: { a: 1, b: 2 } })).toHaveLength(1);
  expect(judge({ records: { ...calm.records, c: 4 } })).toHaveLength(1);
});

test('what is erased leaves nothing, and the end of a connection is recorded', () => {
  expect(judge({}, true)).toEqual([]);
  expect(judge({ records: { a: 1 } }, true)).toHaveLength(1);
  expect(judge({ imports: [COMPLETED] }, true)).toHaveLength(1);
  expect(judge({ audited: [GIVEN, LOADED] }, true)).toHaveLength(1);
});

test('an import of another connection is not cancelled, and none fails', () => {
  expect(judge({ imports: [CANCELLED], stopped: ['other'] })).toContain(
    'an import of a connection that goes on was cancelled',
  );
  expect(judge({ imports: ['{"status":"failed"}'], stopped: [] })).not.toEqual([]);
});
