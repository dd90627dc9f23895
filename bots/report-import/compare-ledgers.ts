import { type LedgerEntry, parseEntry, parseVanished } from '@fasten-medplum/bridge/contract/ledger-entry';

/** How a record stands after a re-sync, as against the import before it. */
export const CHANGES = ['vanished', 'back', 'changed', 'new'] as const;

export type RecordChange = (typeof CHANGES)[number];

/** `Type/<uuid>` of what changed, by change. */
export type SyncChanges = Readonly<Record<RecordChange, readonly string[]>>;

/**
 * Compares the ledgers of two imports of one connection (one entry a line, JSON). By what each says of a key, not by what the
 * later one did: an import that was killed and run again finds unchanged what its first run created.
 *
 * @returns `new`: stored now, unknown before. `back`: stored now, missing from the export before. `vanished`: not in
 *   this export but in the one before; it stays in the store. `changed`: updated.
 */
export function compareLedgers(before: string, now: string): SyncChanges {
  const earlier = readEarlier(before);
  const changes: Record<RecordChange, string[]> = { vanished: [], back: [], changed: [], new: [] };
  for (const line of lines(now)) {
    const entry = parseEntry(line);
    if (entry) {
      const change = changeOf(entry, earlier);
      if (change && entry.target) changes[change].push(entry.target);
      continue;
    }
    const gone = parseVanished(line);
    if (gone && gone.code !== 'deleted-here' && earlier.get(gone.key) === 'stored') changes.vanished.push(gone.earlier);
  }
  return changes;
}

function changeOf(entry: LedgerEntry, earlier: ReadonlyMap<string, 'stored' | 'vanished'>): RecordChange | undefined {
  if (entry.key === undefined || !isStored(entry)) return undefined;
  const was = earlier.get(entry.key);
  if (was === 'vanished') return 'back';
  if (was === undefined) return 'new';
  return entry.disposition === 'updated' || entry.byEarlierRun ? 'changed' : undefined;
}

function readEarlier(ledger: string): Map<string, 'stored' | 'vanished'> {
  const states = new Map<string, 'stored' | 'vanished'>();
  for (const line of lines(ledger)) {
    const entry = parseEntry(line);
    if (entry?.key !== undefined && isStored(entry)) states.set(entry.key, 'stored');
    const gone = entry ? undefined : parseVanished(line);
    if (gone) states.set(gone.key, 'vanished');
  }
  return states;
}

/** A duplicate repeats what another entry says. */
function isStored({ disposition, target }: LedgerEntry): boolean {
  return target !== undefined && ['created', 'updated', 'unchanged'].includes(disposition);
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
