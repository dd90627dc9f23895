import type { Known, StoredLinkage } from './plan-cluster.ts';

/** A record and what it could be the same as, as one run of the bot sees them. */
export interface Scene {
  /** Undefined for what is not to be compared. */
  readonly own: Known | undefined;
  /** What it is the same as, in an order that every run finds. */
  readonly matches: readonly Known[];
  /** Every Linkage that names it, where that was asked along; nothing more has to be when it matches nothing. */
  readonly linkages?: readonly StoredLinkage[];
  /** `Patient/<id>` in whose compartment a cluster of these goes. */
  account(members: readonly Known[]): string | undefined;
  /** Reads more records, so that they can be compared: members of clusters. Those that cannot be compared are left out. */
  readMore(references: readonly string[]): Promise<Known[]>;
  /** The rule by which two are the same. */
  ruleFor(one: Known, other: Known): string | undefined;
}
