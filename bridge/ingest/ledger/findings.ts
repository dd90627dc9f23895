import type { LedgerEntry } from '../../contract/ledger-entry.ts';

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
  | 'dangling'
  /** The resource is not in the Patient's compartment: it neither names the Patient nor has it as an account. */
  | 'account-missing'
  /** No Provenance of the export has the resource as a target. */
  | 'provenance-missing'
  /** An attachment of the resource leads to no bytes. */
  | 'document-missing'
  /** The bytes of an attachment are not those that were stored. */
  | 'document-changed'
  /** A file of the raw export is gone. */
  | 'raw-export-missing'
  /** A file of the raw export does not have the hash that the Task names. */
  | 'raw-export-changed'
  /** The bytes of a line in the raw export are not those that the ledger names. */
  | 'raw-line-changed'
  /** The raw export holds something that is in no line of the ledger. */
  | 'raw-bytes-unaccounted';

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
    'account-missing': 0,
    'provenance-missing': 0,
    'document-missing': 0,
    'document-changed': 0,
    'raw-export-missing': 0,
    'raw-export-changed': 0,
    'raw-line-changed': 0,
    'raw-bytes-unaccounted': 0,
  };
  readonly named: Finding[] = [];

  add(kind: FindingKind, entry?: Partial<Pick<LedgerEntry, 'file' | 'line' | 'target'>>, reference?: string): void {
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
