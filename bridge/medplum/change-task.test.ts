import { OperationOutcomeError, preconditionFailed } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { changeTask, changeTaskSurely, type StoredTask } from './change-task.ts';
import { LostReplyError } from './client/lost-reply-error.ts';

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

test('a job that changes a Task goes on when a reply was lost, and does nothing twice', async () => {
  const { medplum, read } = storeWith(0);
  let isLost = false;
  const losing: typeof medplum = {
    ...medplum,
    updateResource: async (...call) => {
      const stored = await medplum.updateResource(...call);
      if (isLost) return stored;
      isLost = true;
      throw new LostReplyError('ECONNRESET');
    },
  };
  const begin = (task: StoredTask): StoredTask =>
    task.status === 'in-progress' ? task : { ...task, status: 'in-progress' };
  await changeTaskSurely(losing, 't', begin);
  expect(read()).toMatchObject({ status: 'in-progress', meta: { versionId: '1' } });
});
