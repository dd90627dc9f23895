import type { Task } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { decidedTask, heldTask, holdFromTask } from './import-hold.ts';

const THEIRS = { type: { text: 'theirs' }, valueInteger: 1 };
const TASK: Task = {
  resourceType: 'Task',
  id: 't',
  status: 'in-progress',
  intent: 'order',
  for: { reference: 'Patient/p' },
  focus: { reference: 'Consent/c' },
  input: [THEIRS],
};
const HOLD = { connection: 'n', candidate: 'Patient/p', differences: ['sex', 'birth-date'], files: ['a', 'b'] };

test('a hold is read as it was written, and what others put into the Task stays', () => {
  const held = heldTask(TASK, HOLD);
  expect(holdFromTask(held)).toEqual({ candidate: 'Patient/p', differences: ['sex', 'birth-date'], files: ['a', 'b'] });
  expect(held.input?.[0]).toBe(THEIRS);
  expect(JSON.stringify(held).match(/"reference"/g)).toBeNull();
});

test('a Task that was never on hold says nothing', () => {
  expect(holdFromTask(TASK)).toEqual({ differences: [], files: [] });
});

test('a decision names who and when, and takes its reason back only when it was accepted', () => {
  const held = heldTask(TASK, HOLD);
  const accepted = decidedTask(held, 'accepted', 'Practitioner/x', '2026-11-01T12:00:00Z');
  expect(holdFromTask(accepted)).toMatchObject({
    decision: 'accepted',
    decidedBy: 'Practitioner/x',
    decidedAt: '2026-11-01T12:00:00Z',
    candidate: 'Patient/p',
  });
  expect([accepted.status, accepted.statusReason]).toEqual(['requested', undefined]);
  const rejected = decidedTask(held, 'rejected', 'Practitioner/x', '2026-11-01T12:00:00Z');
  expect([rejected.status, rejected.statusReason]).toEqual(['rejected', held.statusReason]);
});

test('held again, an earlier decision no longer holds', () => {
  const accepted = decidedTask(heldTask(TASK, HOLD), 'accepted', 'Practitioner/x', '2026-11-01T12:00:00Z');
  const again = heldTask(accepted, { ...HOLD, candidate: 'Patient/q', files: undefined });
  expect(holdFromTask(again)).toEqual({ candidate: 'Patient/q', differences: ['sex', 'birth-date'], files: [] });
});
