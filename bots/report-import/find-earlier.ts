import { namespaceFromConsent } from '@fasten-medplum/bridge/contract/connection';
import {
  BRIDGE_CODE_SYSTEM,
  IMPORT_TASK_CODE,
  LINEAGE_SYSTEM,
  ORG_CONNECTION_SYSTEM,
} from '@fasten-medplum/bridge/contract/identifiers';
import { ledgerFromTask } from '@fasten-medplum/bridge/contract/import-task';
import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';

/** The newest import of the same connection, or of one that it continues, that was done before this one. */
export async function findEarlier(medplum: MedplumClient, task: Task): Promise<Task | undefined> {
  const owner = await ownerOf(medplum, task);
  if (!owner) return undefined;
  const code = `${BRIDGE_CODE_SYSTEM}|${IMPORT_TASK_CODE}`;
  const query = { ...owner, code, status: 'completed', _sort: '-_lastUpdated', _count: '100' };
  const all = await medplum.searchResources('Task', query, { cache: 'reload' });
  const earlier = all.filter((one) => one.id !== task.id && ledgerFromTask(one) && endOf(one) <= endOf(task));
  return earlier.toSorted((a, b) => (endOf(a) < endOf(b) ? 1 : -1))[0];
}

/** What the Tasks of one lineage are found by: its Consents; the tag of a file that was imported by hand. */
async function ownerOf(medplum: MedplumClient, { meta, focus }: Task): Promise<Record<string, string> | undefined> {
  const tagged = meta?.tag?.find(({ system }) => system === ORG_CONNECTION_SYSTEM)?.code;
  if (tagged) return { _tag: `${ORG_CONNECTION_SYSTEM}|${tagged}` };
  const [type, id] = focus?.reference?.split('/') ?? [];
  if (type !== 'Consent' || !id) return undefined;
  const namespace = namespaceFromConsent(await medplum.readResource('Consent', id, { cache: 'reload' }));
  const identifier = `${ORG_CONNECTION_SYSTEM}|${namespace},${LINEAGE_SYSTEM}|${namespace}`;
  const consents = await medplum.searchResources('Consent', { identifier, _count: '100' }, { cache: 'reload' });
  const lineage = consents.filter((one) => namespaceFromConsent(one) === namespace);
  return { focus: lineage.map((one) => `Consent/${one.id}`).join(',') };
}

function endOf({ executionPeriod }: Task): string {
  return executionPeriod?.end ?? '';
}
