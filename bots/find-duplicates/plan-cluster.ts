import { membersOf } from '@fasten-medplum/bridge/contract/duplicate-cluster';
import type { Linkage } from '@medplum/fhirtypes';
import { isTheirs } from './write-linkage.ts';

/** Two records that are to be in a cluster together, by whom they are known. */
export interface Known {
  /** `Type/<id>` */
  readonly reference: string;
  /** Of one source a cluster has one member at most. */
  readonly source: string;
}

export interface PlanInput {
  /** What is to be placed; undefined when it is gone, or not to be compared any more. */
  readonly own: Known | undefined;
  /** `Type/<id>` of it. */
  readonly reference: string;
  /** What it matches, the best first. */
  readonly matches: readonly Known[];
  /** All Linkages that name it or one of those, whoever made them, whether they hold or not. */
  readonly linkages: readonly StoredLinkage[];
  /** Every member of those Linkages that can still be read. */
  readonly known: ReadonlyMap<string, Known>;
  /** The rule by which two are the same. */
  readonly ruleFor: (one: Known, other: Known) => string | undefined;
}

export type StoredLinkage = Linkage & { id: string };

/** What a cluster is to become. */
export interface ClusterChange {
  /** Absent for a new one. */
  readonly linkage?: StoredLinkage;
  /** Fewer than two: it is to be retired. */
  readonly members: readonly Known[];
}

/**
 * What has to be written so that a record is in the cluster where it belongs, and in no other. A record joins only where it is the
 * same as every member, so that clusters do not creep along a chain of small differences; who came first stays. What somebody
 * else decided is not touched: a Linkage that they changed stays as it is, and two records of one that they ended stay apart.
 *
 * @returns In the order in which it has to be written. Nothing when all is as it should be.
 */
export function planCluster(input: PlanInput): ClusterChange[] {
  const { own, reference, linkages } = input;
  const holding = linkages.filter((linkage) => linkage.active !== false);
  const mine = holding.filter((linkage) => membersOf(linkage).includes(reference));
  if (mine.some(isTheirs)) return mine.filter((linkage) => !isTheirs(linkage)).map((linkage) => retired(linkage));
  const [current, ...doubled] = mine.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const changes = doubled.map((linkage) => retired(linkage));
  const kept = current && staying(input, current);
  if (current && kept) {
    const members = extended(input, kept, holding);
    const isSame = sameMembers(members, membersOf(current));
    return isSame ? changes : [...changes, { linkage: current, members }];
  }
  if (current) changes.push({ linkage: current, members: without(input, current) });
  return own ? [...changes, ...placed(input, own, holding)] : changes;
}

/** The members of its cluster, when it still belongs there; those that are gone are left out. */
function staying(input: PlanInput, linkage: StoredLinkage): Known[] | undefined {
  const { own, reference } = input;
  const others = without(input, linkage);
  if (!own || others.length === 0) return undefined;
  const fits = others.every((other) => isSame(input, own, other));
  return fits
    ? membersOf(linkage).flatMap((member) => (member === reference ? own : (input.known.get(member) ?? [])))
    : undefined;
}

function without({ known, reference }: PlanInput, linkage: StoredLinkage): Known[] {
  return membersOf(linkage).flatMap((member) => (member === reference ? [] : (known.get(member) ?? [])));
}

/** A cluster that takes it in, or a new one with what it matches and what is in none yet. */
function placed(input: PlanInput, own: Known, holding: readonly StoredLinkage[]): ClusterChange[] {
  for (const linkage of holding) {
    if (isTheirs(linkage) || membersOf(linkage).includes(own.reference)) continue;
    const members = without(input, linkage);
    if (members.length < 2 || !members.every((member) => canJoin(input, own, member))) continue;
    return [{ linkage, members: extended(input, [...members, own], holding) }];
  }
  const members = extended(input, [own], holding);
  return members.length > 1 ? [{ members }] : [];
}

/** With each match that is in no cluster, of a source that is not there yet, and the same as all. */
function extended(input: PlanInput, members: readonly Known[], holding: readonly StoredLinkage[]): Known[] {
  const taken = new Set(holding.flatMap(membersOf));
  const grown = [...members];
  for (const match of input.matches) {
    if (taken.has(match.reference) || grown.some(({ reference }) => reference === match.reference)) continue;
    if (grown.every((member) => canJoin(input, match, member))) grown.push(match);
  }
  return grown;
}

function canJoin(input: PlanInput, one: Known, other: Known): boolean {
  return one.source !== other.source && isSame(input, one, other);
}

function isSame({ linkages, ruleFor }: PlanInput, one: Known, other: Known): boolean {
  return ruleFor(one, other) !== undefined && !linkages.some((linkage) => keepsApart(linkage, one, other));
}

/** A Linkage that somebody ended, or out of which they took one of the two. */
function keepsApart(linkage: StoredLinkage, one: Known, other: Known): boolean {
  if (!isTheirs(linkage)) return false;
  const members = membersOf(linkage);
  const both = [one, other].filter(({ reference }) => members.includes(reference)).length;
  return linkage.active === false ? both === 2 : both === 1;
}

function retired(linkage: StoredLinkage): ClusterChange {
  return { linkage, members: [] };
}

function sameMembers(members: readonly Known[], references: readonly string[]): boolean {
  return members.length === references.length && members.every(({ reference }) => references.includes(reference));
}
