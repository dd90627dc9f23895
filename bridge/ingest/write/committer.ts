import type { StoredVersion } from '../match/look-up.ts';
import type { Decision, OutsideIds } from '../shape/compose-entry.ts';
import type { Component } from './draft.ts';

/** Components that are stored by one bundle, and what has to be done for each of their rows. */
export interface Work {
  readonly components: readonly Component[];
  readonly decisions: readonly Decision[];
  /** Rows that the bundle creates, by their name inside it. Empty where no entry may name another. */
  readonly urns: ReadonlyMap<number, string>;
  readonly outside: OutsideIds;
  /** To be told of rows that were stored without their references to each other: those are closed at the end. */
  readonly reopen: (rows: readonly number[]) => void;
}

/** A row of the export that the store has already. */
export interface FoundRow {
  readonly resourceType: string;
  readonly stored: StoredVersion;
}

/** Stores works and settles their rows: by fenced transactions, or by conditional batches where there are none. */
export interface Committer {
  /** Waits until one more bundle may be under way. What it gives must be called once; every row is settled when that ends. */
  admit(): Promise<(work: Work) => Promise<void>>;
  /** Must be awaited before anything is written past it. */
  claim(): Promise<void>;
  /** Must be told of rows that need no write: the run that wrote them may not have come to its end. */
  confirm(rows: readonly FoundRow[]): Promise<void>;
  /** Ends the writing. Only when nothing is under way any more. */
  close(): Promise<void>;
}
