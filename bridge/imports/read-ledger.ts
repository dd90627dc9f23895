import type { MedplumClient } from '@medplum/core';
import { ledgerFromTask, wasRemoved } from '../contract/import-task.ts';
import { type LedgerEntry, parseEntry, parseVanished, type VanishedEntry } from '../contract/ledger-entry.ts';
import type { LedgerQuery } from '../contract/ledger-page.ts';
import { HttpError } from '../errors.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import { readBinaryLines } from '../medplum/read-binary-lines.ts';

type Entry = LedgerEntry | VanishedEntry;

export interface FoundEntries {
  readonly entries: readonly Entry[];
  /** The `cursor` of the next page; absent when nothing more matches. */
  readonly cursor?: number;
}

/**
 * Reads a page of an import's ledger. The ledger is read from its beginning each time, as far as the page needs: the
 * server gives no parts of a Binary.
 *
 * @param medplum - The bridge's own client; the Task must have been read with the caller's.
 */
export async function findEntries(medplum: MedplumClient, task: StoredTask, query: LedgerQuery): Promise<FoundEntries> {
  const entries: Entry[] = [];
  let position = 0;
  for await (const line of ledgerLines(medplum, task)) {
    const at = position++;
    // Parsing is what takes the time: an id that is nowhere in the text is in no field of it.
    if (at < query.cursor || (query.target && !line.includes(query.target))) continue;
    const entry = parseEntry(line) ?? parseVanished(line);
    if (!entry || !matches(entry, query)) continue;
    if (entries.length === query._count) return { entries, cursor: at };
    entries.push(entry);
  }
  return { entries };
}

function matches(entry: Entry, { disposition, type, code, target }: LedgerQuery): boolean {
  return (
    (target === undefined || isAbout(entry, target)) &&
    (disposition === undefined || entry.disposition === disposition) &&
    (type === undefined || entry.key?.startsWith(`${type}/`) === true) &&
    (code === undefined || entry.code === code)
  );
}

function isAbout(entry: Entry, target: string): boolean {
  return entry.disposition !== 'vanished' && (entry.target === target || entry.carrier === target);
}

/** The lines of a Task's ledger. Throws HttpError 404 when the import has not written one yet. */
export function ledgerLines(medplum: MedplumClient, task: StoredTask): AsyncIterable<string> {
  const ledger = ledgerFromTask(task);
  if (wasRemoved(task, 'ledger')) throw new HttpError(404, 'not-found', 'the ledger was removed: it had its age');
  if (!ledger) throw new HttpError(404, 'not-found', 'this import has no ledger: it has not come to its end');
  return readBinaryLines(medplum, ledger.reference.slice('Binary/'.length));
}
