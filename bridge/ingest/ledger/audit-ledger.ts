import type { Task } from '@medplum/fhirtypes';
import type { LedgerFile } from '../../contract/import-report.ts';
import { countsFromTask, DISPOSITIONS, type ImportCounts, vanishedFromTask } from '../../contract/import-task.ts';
import { parseEntry, parseVanished } from '../../contract/ledger-entry.ts';
import { KeyTable } from '../order/key-table.ts';
import type { Findings } from './findings.ts';
import { MerkleTree } from './merkle-tree.ts';
import { TextPool } from './text-pool.ts';

/** What the ledger says by itself. */
export interface AuditedLedger {
  readonly counts: ImportCounts;
  readonly sources: TargetSources;
}

/** From a target to the source key that the ledger has for it. Holds texts up to TextPool's limit. */
export class TargetSources {
  readonly #numbers = new KeyTable();
  readonly #keys = new TextPool();

  add(target: string, key: string): void {
    const number = this.#keys.keep(key);
    if (number !== -1) this.#numbers.set(target, number);
  }

  /** `Type/id` of the source, undefined for what the ledger does not know. */
  keyOf(target: string): string | undefined {
    const number = this.#numbers.get(target);
    return number === -1 ? undefined : this.#keys.at(number);
  }
}

/** Reads the ledger once: is it the one that the Task sealed, and does it balance with the Task's counts? */
export async function auditLedger(
  task: Task,
  { merkleRoot }: LedgerFile,
  lines: AsyncIterable<string>,
  findings: Findings,
): Promise<AuditedLedger> {
  const tree = new MerkleTree();
  const sources = new TargetSources();
  const counts = { lines: 0, created: 0, updated: 0, unchanged: 0, duplicate: 0, quarantined: 0, skipped: 0 };
  let vanished = 0;
  for await (const line of lines) {
    tree.add(line);
    const gone = parseVanished(line);
    if (gone) {
      if (gone.code === undefined) vanished++;
      sources.add(gone.earlier, gone.key);
      continue;
    }
    counts.lines++;
    // What no ledger of ours holds is told of by the Merkle root.
    const entry = parseEntry(line);
    if (!entry) continue;
    counts[entry.disposition]++;
    if (entry.target && entry.key && entry.disposition !== 'duplicate') sources.add(entry.target, entry.key);
  }
  if (tree.root() !== merkleRoot) findings.add('ledger-changed');
  const told = countsFromTask(task);
  const isBalanced = (['lines', ...DISPOSITIONS] as const).every((name) => counts[name] === told[name]);
  const sum = DISPOSITIONS.reduce((total, name) => total + counts[name], 0);
  if (!isBalanced || sum !== counts.lines || vanished !== vanishedFromTask(task)) findings.add('unbalanced');
  return { counts, sources };
}
