import type { MedplumClient } from '@medplum/core';
import { ledgerFromTask, wasRemoved } from '../contract/import-task.ts';
import { type LedgerEntry, parseEntry, parseVanished, type VanishedEntry } from '../contract/ledger-entry.ts';
import type { LedgerQuery, LedgerSearch } from '../contract/ledger-page.ts';
import { HttpError } from '../errors.ts';
import { readBinaryLines } from '../medplum/binaries/read-binary-lines.ts';
import type { StoredTask } from '../medplum/change-task.ts';

type Entry = LedgerEntry | VanishedEntry;

export interface FoundEntries {
  readonly entries: readonly Entry[];
  /** The `cursor` of the next page; absent when nothing more matches. */
  readonly cursor?: number;
}

/** Tells whether a line of the ledger belongs to what is asked for; `sees` says so of its text, before the text is parsed. */
interface Filter {
  sees(line: string): boolean;
  matches(entry: Entry): boolean;
}

interface Paging {
  readonly _count: number;
  readonly cursor: number;
}

/**
 * Reads a page of an import's ledger. The ledger is read from its beginning each time, as far as the page needs: the
 * server gives no parts of a Binary.
 *
 * @param medplum - The bridge's own client; the Task must have been read with the caller's.
 */
export function findEntries(medplum: MedplumClient, task: StoredTask, query: LedgerQuery): Promise<FoundEntries> {
  const { disposition, type, code, target } = query;
  return readPage(ledgerLines(medplum, task), query, {
    // Parsing is what takes the time: an id that is nowhere in the text is in no field of it.
    sees: (line) => target === undefined || line.includes(target),
    matches: (entry) =>
      (target === undefined || isAbout(entry, target)) &&
      isLike(entry, { disposition, type }) &&
      (code === undefined || entry.code === code),
  });
}

/**
 * The same for what a person looks for: a text anywhere in what an entry says.
 *
 * @param signal - Raised when nobody waits for the answer any more: a ledger may have a million lines.
 */
export function searchEntries(
  medplum: MedplumClient,
  task: StoredTask,
  search: LedgerSearch,
  signal: AbortSignal,
): Promise<FoundEntries> {
  const { repaired, codes } = search;
  const text = search.text.trim().toLowerCase();
  return readPage(ledgerLines(medplum, task, signal), search, {
    sees: (line) =>
      (!repaired || line.includes('"repairs"')) &&
      (line.toLowerCase().includes(text) || codes.some((code) => line.includes(code))),
    matches: (entry) =>
      isLike(entry, search) &&
      (!repaired || ('repairs' in entry && entry.repairs !== undefined)) &&
      (says(entry, text) || codes.some((code) => entry.code === code)),
  });
}

async function readPage(
  lines: AsyncIterable<string>,
  { _count, cursor }: Paging,
  filter: Filter,
): Promise<FoundEntries> {
  const entries: Entry[] = [];
  let position = 0;
  for await (const line of lines) {
    const at = position++;
    if (at < cursor || !filter.sees(line)) continue;
    const entry = parseEntry(line) ?? parseVanished(line);
    if (!entry || !filter.matches(entry)) continue;
    if (entries.length === _count) return { entries, cursor: at };
    entries.push(entry);
  }
  return { entries };
}

function isLike(entry: Entry, { disposition, type }: Pick<LedgerQuery, 'disposition' | 'type'>): boolean {
  return (
    (disposition === undefined || entry.disposition === disposition) &&
    (type === undefined || entry.key?.startsWith(`${type}/`) === true)
  );
}

/** What stands in the text besides (offsets, hashes) nobody looks for. */
function says(entry: Entry, text: string): boolean {
  const said = [entry.key, entry.disposition, entry.code];
  if (entry.disposition !== 'vanished') {
    const { target, carrier, expression, kept, repairs } = entry;
    said.push(target, carrier, ...(expression ?? []), ...(kept ?? []));
    said.push(...(repairs ?? []).flatMap(({ rule, path }) => [rule, path]));
  }
  return said.some((each) => each?.toLowerCase().includes(text));
}

function isAbout(entry: Entry, target: string): boolean {
  return entry.disposition !== 'vanished' && (entry.target === target || entry.carrier === target);
}

/** The lines of a Task's ledger. Throws HttpError 404 when the import has not written one yet. */
export function ledgerLines(medplum: MedplumClient, task: StoredTask, signal?: AbortSignal): AsyncIterable<string> {
  const ledger = ledgerFromTask(task);
  if (wasRemoved(task, 'ledger')) throw new HttpError(404, 'not-found', 'the ledger was removed: it had its age');
  if (!ledger) throw new HttpError(404, 'not-found', 'this import has no ledger: it has not come to its end');
  return readBinaryLines(medplum, ledger.reference.slice('Binary/'.length), signal);
}
