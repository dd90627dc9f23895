import { setTimeout as sleep } from 'node:timers/promises';
import { badRequest, getStatus, OperationOutcomeError } from '@medplum/core';
import type { BundleEntry, OperationOutcome } from '@medplum/fhirtypes';
import { LostReplyError } from '../../medplum/client/lost-reply-error.ts';
import type { LoadContext } from '../load-context.ts';
import { lookUp, type StoredVersion } from '../match/look-up.ts';
import { passDeletedSince } from '../match/pass-deleted.ts';
import { metaSource } from '../meta-source.ts';
import {
  composeEntry,
  type Decision,
  isWrite,
  type Member,
  makeMember,
  type OutsideIds,
  type Write,
} from '../shape/compose-entry.ts';
import { parkProfile } from '../shape/park-profile.ts';
import type { Committer, Work } from './committer.ts';
import type { Lane } from './lane.ts';
import type { LanePool } from './lane-pool.ts';
import { ProvenanceBook } from './provenance-book.ts';
import { settleDecision, settleRefused } from './settle-rows.ts';

/** About a minute of backing off: an entry that others collide with for longer is given up for this run. */
const MAX_TRIES = 10;
/** Rows found written by an earlier run that are asked about together: one search. */
const CONFIRM_ROWS = 400;

/** What became of one entry. */
type Fate =
  | { readonly kind: 'stored'; readonly decision: Decision; readonly id: string; readonly isNew: boolean }
  | { readonly kind: 'refused'; readonly member: Member; readonly outcome: OperationOutcome }
  /** Nobody knows, or somebody else was faster: looked up again, composed again. */
  | { readonly kind: 'open'; readonly member: Member; readonly isOverQuota: boolean };

/**
 * Stores works where the server has no transactions: one batch at a time, each create conditional on its source key, each
 * update on the version that was read, each entry for itself; Provenance follows what was stored
 * (docs/decisions/0007-without-transactions.md).
 */
export function batchCommitter(context: LoadContext, lanes: LanePool): Committer {
  const provenance = new ProvenanceBook(context);
  const found: string[] = [];
  const withLane = async (work: (lane: Lane) => Promise<void>): Promise<void> => {
    const lane = await lanes.acquire();
    await work(lane).finally(() => lanes.release(lane));
  };
  const checkFound = async (): Promise<void> => {
    const unproven = await provenance.uncovered(found.splice(0));
    if (unproven.length > 0) await withLane(() => provenance.cover(unproven));
  };
  return {
    admit: async () => {
      const lane = await lanes.acquire();
      return (work) => commitBatch(context, lane, provenance, work).finally(() => lanes.release(lane));
    },
    claim: () => lanes.claim(),
    confirm: async (rows) => {
      for (const { resourceType, stored } of rows)
        if (isOfExport(context, stored)) found.push(`${resourceType}/${stored.id}`);
      if (found.length >= CONFIRM_ROWS) await checkFound();
    },
    close: async () => {
      await checkFound();
      await lanes.park();
    },
  };
}

/** Written by an earlier run of this same export, which may have been killed before the Provenance followed. */
function isOfExport({ origin }: LoadContext, stored: StoredVersion | undefined): boolean {
  return stored?.exportId === origin.exportId;
}

async function commitBatch(context: LoadContext, lane: Lane, provenance: ProvenanceBook, work: Work): Promise<void> {
  const first = new Map(work.decisions.map((decision) => [decision.member.prepared.row, decision]));
  let decisions = work.decisions;
  for (let tries = 0; ; ) {
    const fates = (await sendBatch(lane, decisions)).map((fate) => reopened(context, fate));
    await settleStored(context, provenance, first, fates);
    const open = fates.filter((fate) => fate.kind === 'open');
    if (open.length === 0) return;
    const isOverQuota = open.some((fate) => fate.isOverQuota);
    if (!isOverQuota && ++tries >= MAX_TRIES) throw new LostReplyError('batch-unsettled');
    await sleep(isOverQuota ? 1_000 : 50 * 2 ** tries * (0.5 + Math.random()));
    decisions = await rematch(
      context,
      open.map(({ member }) => member),
      work.outside,
    );
  }
}

async function sendBatch(lane: Lane, decisions: readonly Decision[]): Promise<Fate[]> {
  const writes = decisions.filter(isWrite);
  const settled = decisions.flatMap((decision): Fate[] => {
    const id = decision.member.stored?.id;
    return isWrite(decision) || !id ? [] : [{ kind: 'stored', decision, id, isNew: false }];
  });
  return [...settled, ...(await sendWrites(lane, writes))];
}

/** A body that the server does not take as a whole goes in halves, until the culprit is alone. */
async function sendWrites(lane: Lane, writes: readonly Write[]): Promise<Fate[]> {
  const [only] = writes;
  if (!only) return [];
  try {
    const entries = await lane.batch(writes.map(({ json }) => json));
    return writes.map((write, position) => fateOf(write, entries?.[position]));
  } catch (error) {
    if (!(error instanceof OperationOutcomeError) || getStatus(error.outcome) !== 400) throw error;
    if (writes.length === 1) return [{ kind: 'refused', member: only.member, outcome: error.outcome }];
    const middle = Math.ceil(writes.length / 2);
    return [...(await sendWrites(lane, writes.slice(0, middle))), ...(await sendWrites(lane, writes.slice(middle)))];
  }
}

function fateOf(write: Write, entry: BundleEntry | undefined): Fate {
  const { member, kind } = write;
  const status = Number(entry?.response?.status ?? 0);
  const id = entry?.resource?.id;
  // A create that is answered by 200 found something: whether it says the same is seen by looking.
  if (id && status === (kind === 'create' ? 201 : 200))
    return { kind: 'stored', decision: write, id, isNew: status === 201 };
  const isFinal = status >= 400 && status < 500 && ![409, 412, 429].includes(status);
  if (!isFinal) return { kind: 'open', member, isOverQuota: status === 429 };
  return { kind: 'refused', member, outcome: entry?.response?.outcome ?? badRequest('refused') };
}

/** Refused for what it claims to be, it may be taken without the claim. */
function reopened(context: LoadContext, fate: Fate): Fate {
  const member = fate.kind === 'refused' && parkProfile(context, fate.member, fate.outcome);
  return member ? { kind: 'open', member, isOverQuota: false } : fate;
}

/** Provenance first: a row counts as done only with it. */
async function settleStored(
  context: LoadContext,
  provenance: ProvenanceBook,
  first: ReadonlyMap<number, Decision>,
  fates: readonly Fate[],
): Promise<void> {
  const stored = fates.filter((fate) => fate.kind === 'stored');
  const fresh = stored.filter(({ isNew }) => isNew).map(referenceOf);
  const written = stored.filter((fate) => !fate.isNew && isOurWrite(context, first, fate.decision));
  await provenance.cover([...fresh, ...(await provenance.uncovered(written.map(referenceOf)))]);
  for (const { decision, id } of stored) {
    const { row } = decision.member.prepared;
    // What was found unchanged at a later try was written by an earlier one.
    const told = isLeft(decision) ? decision : (first.get(row) ?? decision);
    settleDecision(context, told, new Map([[row, id]]));
  }
  for (const fate of fates) if (fate.kind === 'refused') settleRefused(context, fate.member, fate.outcome);
}

/** Left as it is, which only the last look at it can tell. */
function isLeft({ kind }: Decision): boolean {
  return kind === 'edited-here' || kind === 'older-than-stored';
}

function isOurWrite(context: LoadContext, first: ReadonlyMap<number, Decision>, decision: Decision): boolean {
  const wanted = first.get(decision.member.prepared.row);
  return isWrite(decision) || (wanted !== undefined && isWrite(wanted)) || isOfExport(context, decision.member.stored);
}

function referenceOf({ decision, id }: { readonly decision: Decision; readonly id: string }): string {
  return `${decision.member.prepared.resource.resourceType}/${id}`;
}

/** Composes rows again, each for itself, over what the store has of them now. */
async function rematch(context: LoadContext, members: readonly Member[], outside: OutsideIds): Promise<Decision[]> {
  const { medplum, origin, signal } = context;
  const found = await lookUp(
    medplum,
    origin.namespace,
    members.map(({ prepared }) => prepared.key),
    signal,
  );
  const again = members.map(({ prepared, isRevisit }) =>
    makeMember(prepared, found.get(metaSource(origin.namespace, prepared.key)), isRevisit),
  );
  const left = await passDeletedSince(context, members, [again]);
  const decisions: Decision[] = [];
  for (const member of left.flat()) decisions.push(await composeEntry(context, member, new Map(), outside));
  return decisions;
}
