import type { MedplumClient } from '@medplum/core';
import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE } from '../contract/identifiers.ts';
import type { StoredTask } from '../medplum/change-task.ts';

const MAX_IMPORTS = '100';

/** The imports of a connection as stored now, the one that was asked for last first; those on hold name it otherwise. */
export async function listImports(
  medplum: Pick<MedplumClient, 'searchResources'>,
  consentId: string,
): Promise<StoredTask[]> {
  const query = new URLSearchParams({
    code: `${BRIDGE_CODE_SYSTEM}|${IMPORT_TASK_CODE}`,
    focus: `Consent/${consentId}`,
    _count: MAX_IMPORTS,
    _sort: '-_lastUpdated',
  });
  const tasks: readonly StoredTask[] = await medplum.searchResources('Task', query, { cache: 'reload' });
  return tasks.toSorted((a, b) => Date.parse(b.authoredOn ?? '') - Date.parse(a.authoredOn ?? ''));
}
