import { OperationOutcomeError, preconditionFailed } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { changeTask, type StoredTask } from './change-task.ts';

/** A store of one Task, in which somebody else writes a few times just before we do. */
function storeWith(collisions: number) {
  let stored: StoredTask = {
    resourceType: 'Task',
    id: 't',
    status: 'requested',
    intent: 'order',
    meta: { versionId: '0' },
  };
  let left = collisions;
  const put = (task: Task): StoredTask => {
    stored = { ...task, id: 't', meta: { versionId: `${Number(stored.meta?.versionId) + 1}` } };
    return stored;
  };
  const medplum = {
    readResource: async () => stored,
    updateResource: async (task: Task, options: { headers: Record<string, string> }) => {
      if (left-- > 0) {
        put({ ...stored, description: 'theirs' });
      }
      if (options.headers['If-Match'] !== `W/"${stored.meta?.versionId}"`) {
        throw new OperationOutcomeError(preconditionFailed);
      }
      return put(task);
    },
  };
  return { medplum: medplum as unknown as Parameters<typeof changeTask>[0], read: () => stored };
}

test('what somebody else wrote in between stays', async () => {
  const { medplum, read } = storeWith(2);
  await changeTask(medplum, 't', (task) => ({ ...task, status: 'in-progress' }));
  expect(read()).toMatchObject({ status: 'in-progress', description: 'theirs' });
});

test('nothing is written when nothing changes', async () => {
  const { medplum, read } = storeWith(0);
  await changeTask(medplum, 't', (task) => task);
  expect(read().meta?.versionId).toBe('0');
});

test('a Task that never holds still is given up', async () => {
  const { medplum } = storeWith(100);
  await expect(changeTask(medplum, 't', (task) => ({ ...task }))).rejects.toThrow(OperationOutcomeError);
});
