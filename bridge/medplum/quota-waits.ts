import type { MedplumClient } from '@medplum/core';

const waits = new WeakMap<MedplumClient, () => number>();

/** Notes how a client's waits are counted. */
export function countQuotaWaits(medplum: MedplumClient, count: () => number): void {
  waits.set(medplum, count);
}

/** How often the requests of this client have waited for the server's quota so far. */
export function quotaWaits(medplum: MedplumClient): number {
  return waits.get(medplum)?.() ?? 0;
}
