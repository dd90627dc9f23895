import type { MedplumClient } from '@medplum/core';
import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE } from '../contract/identifiers.ts';
import type { StoredTask } from '../medplum/change-task.ts';

const MAX_IMPORTS = '100';
const MAX_HELD = '1000';

/**
 * The imports on hold of these connections (`org_connection_id`). They name their connection by its identifier only and no
 * Patient, so that nothing else finds them, and only the bridge's own client sees them for sure.
 */
export async function listHeld(
  medplum: Pick<MedplumClient, 'searchResources'>,
  orgConnectionIds: readonly string[],
): Promise<Map<string, StoredTask>> {
  const code = `${BRIDGE_CODE_SYSTEM}|${IMPORT_TASK_CODE}`;
  const query = new URLSearchParams({ code, status: 'on-hold', _count: MAX_HELD, _sort: '-_lastUpdated' });
  const tasks: readonly StoredTask[] = await medplum.searchResources('Task', query, { cache: 'reload' });
  const named = tasks.map((task) => [task.focus?.identifier?.value ?? '', task] as const);
  return new Map(named.filter(([id]) => orgConnectionIds.includes(id)));
}

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
