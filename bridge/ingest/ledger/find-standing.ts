import type { MedplumClient } from '@medplum/core';
import type { Bundle, BundleEntry } from '@medplum/fhirtypes';
import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE, LANE_CODE, ORG_CONNECTION_SYSTEM } from '../../contract/identifiers.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';
import { escapeSearchValue } from '../meta-source.ts';

/** What the bridge keeps in a namespace for itself, by type: no export brought it. */
const NOT_OF_EXPORTS: Readonly<Record<string, string>> = {
  Basic: `&code:not=${encodeURIComponent(`${BRIDGE_CODE_SYSTEM}|${LANE_CODE}`)}`,
  Task: `&code:not=${encodeURIComponent(`${BRIDGE_CODE_SYSTEM}|${IMPORT_TASK_CODE}`)}`,
};

/**
 * Those of these resource types of which the store has as many of the namespace as are expected: nobody deleted one. One
 * batch of counts, however many resources there are.
 */
export async function findStanding(
  medplum: MedplumClient,
  namespace: string,
  expected: ReadonlyMap<string, number>,
  signal?: AbortSignal,
): Promise<Set<string>> {
  const tag = encodeURIComponent(`${ORG_CONNECTION_SYSTEM}|${escapeSearchValue(namespace)}`);
  const types = [...expected.keys()];
  const entry = types.map((type): BundleEntry => {
    return { request: { method: 'GET', url: `${type}?_tag=${tag}${NOT_OF_EXPORTS[type] ?? ''}&_summary=count` } };
  });
  if (entry.length === 0) return new Set();
  const bundle: Bundle = { resourceType: 'Bundle', type: 'batch', entry };
  const reply = await retryRead(() => medplum.executeBatch(bundle), signal);
  // A count that was refused, for the quota or for what this client may not read, only means that rows are asked for.
  const counts = types.map((_, position) => (reply.entry?.[position]?.resource as Bundle | undefined)?.total);
  return new Set(types.filter((type, position) => counts[position] === expected.get(type)));
}
