import { BRIDGE_CODE_SYSTEM, SYNC_CHANGES_CODE } from '@fasten-medplum/bridge/contract/identifiers';
import type { MedplumClient } from '@medplum/core';

/** `Type/<id>` of facts that the latest export of their source does not hold, each with when it was found so (FHIR dateTime). */
export type Vanished = ReadonlyMap<string, string>;

/** Exports that changed something, of all connections: a year of two that are synced once a month. */
const LISTS_READ = 24;

/** As `report-import` flags the entries of its Lists. */
const VANISHED = 'vanished';

/**
 * What vanished at its source and did not come back, by the newest Lists of what a re-sync changed. A List names only what is
 * different from the export before, so the newest word on each fact counts. One request.
 */
export async function findVanished(medplum: MedplumClient, patientId: string): Promise<Vanished> {
  const query = {
    subject: `Patient/${patientId}`,
    code: `${BRIDGE_CODE_SYSTEM}|${SYNC_CHANGES_CODE}`,
    _sort: '-date',
    _count: LISTS_READ,
    _fields: 'date,entry',
  };
  const lists = await medplum.searchResources('List', query, { cache: 'reload' });
  const told = new Set<string>();
  const vanished = new Map<string, string>();
  for (const { date = '', entry = [] } of lists) {
    for (const { item, flag } of entry) {
      const { reference } = item;
      if (!reference || told.has(reference)) continue;
      told.add(reference);
      if (flag?.coding?.some(({ code }) => code === VANISHED)) vanished.set(reference, date);
    }
  }
  return vanished;
}
