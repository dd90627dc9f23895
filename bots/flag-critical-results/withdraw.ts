import { CRITICAL_RESULT_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { MedplumClient } from '@medplum/core';

/**
 * Takes back what was flagged of a result that its source has taken back: the Flag was entered in error, and nobody has to
 * look. What somebody has begun to work on, or ended, stays as it is.
 *
 * @param id - Of the Observation.
 */
export async function withdraw(medplum: MedplumClient, id: string): Promise<undefined> {
  const identifier = `${CRITICAL_RESULT_SYSTEM}|${id}`;
  // A Flag cannot be searched by its status.
  const flag = await medplum.searchOne('Flag', { identifier }, { cache: 'reload' });
  const task = await medplum.searchOne('Task', { identifier, status: 'requested' }, { cache: 'reload' });
  if (flag?.status === 'active') {
    await medplum.patchResource('Flag', flag.id, [
      { op: 'test', path: '/status', value: 'active' },
      { op: 'replace', path: '/status', value: 'entered-in-error' },
    ]);
  }
  if (task) {
    await medplum.patchResource('Task', task.id, [
      { op: 'test', path: '/status', value: 'requested' },
      { op: 'replace', path: '/status', value: 'cancelled' },
      { op: 'add', path: '/statusReason', value: { text: 'The result was taken back by its source' } },
    ]);
  }
  return undefined;
}
