import type { MedplumClient } from '@medplum/core';
import type { BundleEntry } from '@medplum/fhirtypes';

/** Reads URLs at once; gives what each was answered, in their order. */
export async function readBatch(medplum: MedplumClient, urls: readonly string[]): Promise<BundleEntry[]> {
  if (urls.length === 0) return [];
  const entry = urls.map((url): BundleEntry => ({ request: { method: 'GET', url } }));
  return (await medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry })).entry ?? [];
}
