import { MESSAGE_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { careTaskKey } from './make-care-task.ts';

/** What an import can wait in for a person, and go on from. */
const WAITING = ['on-hold', 'failed'] as const;
/** What it ends in. On the way there its Task changes many times. */
const ENDED: readonly (string | undefined)[] = ['completed', 'failed', 'cancelled', 'rejected'];

/**
 * Ends what the care team was asked about an import that has gone on since: somebody has decided, or has tried again. What
 * somebody has begun to work on stays theirs.
 */
export async function closeCareTasks(medplum: MedplumClient, task: Task & { id: string }): Promise<void> {
  if (!ENDED.includes(task.status)) return;
  const passed = WAITING.filter((status) => status !== task.status);
  const identifier = passed.map((status) => `${MESSAGE_SYSTEM}|${careTaskKey(task.id, status)}`).join(',');
  const open = await medplum.searchResources('Task', { identifier, status: 'requested' }, { cache: 'reload' });
  for (const { id } of open) {
    await medplum.patchResource('Task', id, [
      { op: 'test', path: '/status', value: 'requested' },
      { op: 'replace', path: '/status', value: 'completed' },
      { op: 'add', path: '/statusReason', value: { text: 'The import has gone on' } },
    ]);
  }
}
