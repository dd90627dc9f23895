import type { LedgerEntry } from './ledger-entry.ts';

/** What a verification can find; ids of ours only, never what the source says. */
export interface Finding {
  readonly kind: FindingKind;
  /** Of the export; absent when the ledger as a whole is at fault. */
  readonly file?: number;
  readonly line?: number;
  /** `Type/<uuid>` that the ledger names. */
  readonly target?: string;
  /** `Type/<uuid>` that the target refers to in vain. */
  readonly reference?: string;
}

export type FindingKind =
  /** The ledger's lines no longer give the Merkle root of the Task, or cannot be read. */
  | 'ledger-changed'
  /** The Task and its ledger count differently, or the dispositions do not add up. */
  | 'unbalanced'
  /** No resource with the line's source key, or not the one that the ledger names. */
  | 'missing'
  /** More than one resource with the line's source key. */
  | 'doubled'
  /** The resource no longer says what the bridge wrote. */
  | 'changed'
  /** The resource refers to an id that does not exist. */
  | 'dangling';

const MAX_NAMED = 1000;

/** Counts findings by kind and keeps the first thousand. */
export class Findings {
  readonly counts: Record<FindingKind, number> = {
    'ledger-changed': 0,
    unbalanced: 0,
    missing: 0,
    doubled: 0,
    changed: 0,
    dangling: 0,
  };
  readonly named: Finding[] = [];

  add(kind: FindingKind, entry?: Pick<LedgerEntry, 'file' | 'line' | 'target'>, reference?: string): void {
    this.counts[kind]++;
    if (this.named.length >= MAX_NAMED) return;
    const { file, line, target } = entry ?? {};
    this.named.push({
      kind,
      ...(file === undefined ? {} : { file }),
      ...(line === undefined ? {} : { line }),
      ...(target === undefined ? {} : { target }),
      ...(reference === undefined ? {} : { reference }),
    });
  }
}
