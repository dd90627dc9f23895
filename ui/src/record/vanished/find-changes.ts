import { BRIDGE_CODE_SYSTEM, SYNC_CHANGES_CODE } from '@fasten-medplum/bridge/contract/identifiers';
import type { MedplumClient } from '@medplum/core';

/** `Type/<id>` of facts, each with when it was found so (FHIR dateTime). The newest first. */
type FoundAt = ReadonlyMap<string, string>;

/** What re-syncs found of facts that had come before. */
export interface Changes {
  /** What the latest export of their source does not hold. */
  readonly vanished: FoundAt;
  /** What their source told differently the last time that it told of them. */
  readonly changed: FoundAt;
}

/** Exports that changed something, of all connections: a year of two that are synced once a month. */
const LISTS_READ = 24;

/** As `report-import` flags the entries of its Lists. */
const VANISHED = 'vanished';
const CHANGED = 'changed';

/** Until it is known, and for a reader who may not see Lists: nothing is marked. */
export const NO_CHANGES: Changes = { vanished: new Map(), changed: new Map() };

/**
 * What vanished at its source and did not come back, and what changed there, by the newest Lists of what a re-sync changed. A List
 * names only what is different from the export before, so the newest word on each fact counts. One request.
 */
export async function findChanges(medplum: MedplumClient, patientId: string): Promise<Changes> {
  const query = {
    subject: `Patient/${patientId}`,
    code: `${BRIDGE_CODE_SYSTEM}|${SYNC_CHANGES_CODE}`,
    _sort: '-date',
    _count: LISTS_READ,
    _fields: 'date,entry',
  };
  const lists = await medplum.searchResources('List', query, { cache: 'reload' });
  const told = new Set<string>();
  const found = new Map([VANISHED, CHANGED].map((change) => [change, new Map<string, string>()]));
  for (const { date = '', entry = [] } of lists) {
    for (const { item, flag } of entry) {
      const { reference } = item;
      if (!reference || told.has(reference)) continue;
      told.add(reference);
      for (const { code = '' } of flag?.coding ?? []) found.get(code)?.set(reference, date);
    }
  }
  return {
    vanished: found.get(VANISHED) ?? NO_CHANGES.vanished,
    changed: found.get(CHANGED) ?? NO_CHANGES.changed,
  };
}
