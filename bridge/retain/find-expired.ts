import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE, REMOVED_CODES } from '../contract/identifiers.ts';
import { countsFromTask, ledgerFromTask, rawExportsFromTask } from '../contract/import-task.ts';
import type { StoredTask } from '../medplum/change-task.ts';

/** How long what is kept: milliseconds since the end of its import, or since it was written. */
export interface Ages {
  readonly rawExportMs: number;
  /** Of raw exports with lines that are still in quarantine: they are what a second try needs. */
  readonly quarantineMs: number;
  readonly ledgerMs: number;
  readonly supportEventMs: number;
  readonly spoolMs: number;
  /** Never less than six years. */
  readonly auditEventMs: number;
}

/** What belongs to one import and has come of age. */
export interface Expired {
  readonly kind: 'raw-export' | 'ledger';
  readonly task: StoredTask;
  /** `Binary/<id>`. */
  readonly binaries: readonly string[];
}

/** Why something of the age is kept all the same. */
export type KeptBy = 'running' | 'quarantine' | 'newest';

export interface FindDeps {
  readonly medplum: Pick<MedplumClient, 'searchResourcePages'>;
  /** Whether the ledger of a Task is the one that the next import of its connection is compared with. */
  readonly isNewestLedger: (task: StoredTask) => Promise<boolean>;
  readonly now: () => number;
}

/** The states of a Task whose import has ended, well or not; what is on hold waits for a person. */
const ENDED = ['completed', 'failed', 'rejected', 'cancelled', 'entered-in-error'];
const PAGE = 100;

/**
 * Goes through the imports whose raw export, or ledger, is older than it is to be kept, page by page.
 *
 * @param handle - Removes it, or only looks.
 * @param keep - Told of what has the age and is kept all the same.
 */
export async function eachExpired(
  deps: FindDeps,
  { kind, ages }: { readonly kind: Expired['kind']; readonly ages: Ages },
  handle: (expired: Expired) => Promise<void>,
  keep: (by: KeptBy) => void,
): Promise<void> {
  for await (const page of taskPages(deps, kind, ages)) {
    for (const task of page) {
      const binaries = binariesOf(kind, task);
      const by = binaries.length === 0 ? 'nothing' : await keptBy(deps, kind, task, ages);
      if (by !== undefined && by !== 'nothing' && by !== 'young') keep(by);
      if (by === undefined) await handle({ kind, task, binaries });
    }
  }
}

async function keptBy(
  deps: FindDeps,
  kind: Expired['kind'],
  task: StoredTask,
  ages: Ages,
): Promise<KeptBy | 'young' | undefined> {
  if (!ENDED.includes(task.status)) return 'running';
  const age = deps.now() - endOf(task);
  if (kind === 'ledger') {
    if (age < ages.ledgerMs) return 'young';
    return (await deps.isNewestLedger(task)) ? 'newest' : undefined;
  }
  if (age < ages.rawExportMs) return 'young';
  return countsFromTask(task).quarantined > 0 && age < ages.quarantineMs ? 'quarantine' : undefined;
}

/**
 * An import ends after it was asked for, so these are more than wanted. In this order pages go on from where the last one ended,
 * whatever was removed of it; by number they end at the ten thousandth.
 */
function taskPages({ medplum, now }: FindDeps, kind: Expired['kind'], ages: Ages) {
  const youngest = now() - (kind === 'ledger' ? ages.ledgerMs : ages.rawExportMs);
  const query = new URLSearchParams({
    code: `${BRIDGE_CODE_SYSTEM}|${IMPORT_TASK_CODE}`,
    'authored-on': `lt${new Date(youngest).toISOString()}`,
    '_tag:not': `${BRIDGE_CODE_SYSTEM}|${REMOVED_CODES[kind]}`,
    _sort: '_lastUpdated',
    _count: `${PAGE}`,
  });
  return medplum.searchResourcePages('Task', query, { cache: 'reload' });
}

function binariesOf(kind: Expired['kind'], task: Task): string[] {
  if (kind === 'raw-export') return rawExportsFromTask(task).map(({ reference }) => reference);
  const reference = ledgerFromTask(task)?.reference;
  return reference === undefined ? [] : [reference];
}

function endOf({ executionPeriod, meta }: Task): number {
  return Date.parse(executionPeriod?.end ?? meta?.lastUpdated ?? '') || Date.now();
}
