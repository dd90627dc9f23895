import { setTimeout as sleep } from 'node:timers/promises';
import type { BundleEntry, OperationOutcome } from '@medplum/fhirtypes';
import { PermanentError } from '../../errors.ts';
import { LostReplyError } from '../../medplum/client/lost-reply-error.ts';
import type { LoadContext } from '../load-context.ts';
import { lookUp } from '../match/look-up.ts';
import { passDeletedSince } from '../match/pass-deleted.ts';
import { metaSource } from '../meta-source.ts';
import {
  composeEntry,
  type Decision,
  isWrite,
  type Member,
  makeMember,
  patientReference,
  type Write,
} from '../shape/compose-entry.ts';
import { makeProvenance } from '../shape/make-provenance.ts';
import { parkProfile } from '../shape/park-profile.ts';
import type { Committer, Work } from './committer.ts';
import type { Component } from './draft.ts';
import type { Lanes, Transactor } from './lane-pool.ts';
import { settleDecision, settleRefused } from './settle-rows.ts';

const CONFLICT_RETRIES = 6;

/** Stores works by transactions, a few at once, each fenced by the lane that it runs in. */
export function fencedCommitter(context: LoadContext, lanes: Lanes): Committer {
  return {
    admit: async () => {
      const lane = await lanes.acquire();
      return (work) => commitBundle(context, lane, work).finally(() => lanes.release(lane));
    },
    claim: () => lanes.claim(),
    // Provenance travels in the transaction: who was written has one.
    confirm: async () => undefined,
    close: () => lanes.park(),
  };
}

/**
 * Stores the work by one fenced transaction; splits it when the server refuses it, until the culprit is alone and
 * quarantined. Every row of the work is settled when this returns. Throws only when nothing more can be done.
 */
async function commitBundle(context: LoadContext, lane: Transactor, work: Work): Promise<void> {
  let current = work;
  for (let tries = 0; ; tries++) {
    const writes = current.decisions.filter(isWrite);
    if (writes.length === 0) return settleAll(context, current.decisions, new Map());
    const ended = await lane.transact([
      ...writes.map((write) => write.json),
      provenanceEntry(context, current, writes),
    ]);
    if (ended.kind === 'committed') {
      const ids = ended.reply ? idsOfReply(writes, ended.reply.entry ?? []) : await idsByLookUp(context, writes);
      return settleAll(context, current.decisions, ids);
    }
    if (ended.kind === 'not-committed') continue;
    // Larger than the quota of a minute: the halves may fit. Nothing is given up for want of quota.
    if (ended.status === 429 && current.components.length === 1) throw new LostReplyError('over-quota');
    const isConflict = ended.status === 409 || ended.status === 412;
    if (!isConflict || tries >= CONFLICT_RETRIES) return split(context, lane, current, ended.outcome);
    await sleep(50 * 2 ** tries * (0.5 + Math.random()));
    current = await recompose(context, current, current.components);
  }
}

/** Composes the same rows again after the store has moved: fresh versions, fresh targets. */
export async function recompose(context: LoadContext, work: Work, components: readonly Component[]): Promise<Work> {
  const members = components.flat();
  const matched = members.filter((member) => member.stored).map((member) => member.prepared.key);
  const found = await lookUp(context.medplum, context.origin.namespace, matched, context.signal);
  const again = components.map((component) =>
    component.map((member) => {
      const stored = found.get(metaSource(context.origin.namespace, member.prepared.key));
      return { ...makeMember(member.prepared, stored, member.isRevisit), urn: member.urn };
    }),
  );
  const fresh = await passDeletedSince(context, members, again);
  const urns = new Map(
    fresh.flat().flatMap((member) => (member.stored ? [] : [[member.prepared.row, member.urn] as const])),
  );
  const decisions: Decision[] = [];
  for (const member of fresh.flat()) decisions.push(await composeEntry(context, member, urns, work.outside));
  return { ...work, components: fresh, decisions, urns };
}

async function split(context: LoadContext, lane: Transactor, work: Work, outcome: OperationOutcome): Promise<void> {
  const { components } = work;
  const [only] = components;
  if (only && only.length > 1 && components.length === 1) return commitApart(context, lane, work, only);
  if (only && components.length === 1) {
    const members = only.map((member) => parkProfile(context, member, outcome));
    if (members.some((member) => member !== undefined)) {
      const parked = only.map((member, position) => members[position] ?? member);
      return commitBundle(context, lane, await recompose(context, work, [parked]));
    }
    for (const member of only) settleRefused(context, member, outcome);
    return;
  }
  const middle = Math.ceil(components.length / 2);
  for (const half of [components.slice(0, middle), components.slice(middle)]) {
    await commitBundle(context, lane, await recompose(context, work, half));
  }
}

/**
 * One of a circle is refused, and the others are not to be lost with it: each is stored without the others, the Patient that
 * they belong to first, and what that leaves open is closed at the end.
 */
async function commitApart(context: LoadContext, lane: Transactor, work: Work, circle: Component): Promise<void> {
  const { binding, states } = context;
  const isPatient = ({ prepared: { row } }: Member): boolean => binding.kind === 'own' && binding.row === row;
  for (const member of circle.toSorted((a, b) => Number(isPatient(b)) - Number(isPatient(a))))
    await commitBundle(context, lane, await recompose(context, work, [[member]]));
  work.reopen(circle.map(({ prepared }) => prepared.row).filter((row) => states.storedId(row) !== undefined));
}

function provenanceEntry(context: LoadContext, work: Work, writes: readonly Write[]): string {
  const targets = writes.map((write) => write.reference);
  const patient = patientReference(context, work.urns);
  const resource = makeProvenance(context, patient, targets);
  return JSON.stringify({ request: { method: 'POST', url: 'Provenance' }, resource });
}

/** Ids by row. A bundle that came back as anything but all stored was no transaction. */
function idsOfReply(writes: readonly Write[], entries: readonly BundleEntry[]): Map<number, string> {
  return new Map(
    writes.map((write, position) => {
      const entry = entries[position];
      const id = entry?.resource?.id;
      if (!id || entry.response?.status?.startsWith('2') !== true) throw transactionsOff();
      return [write.member.prepared.row, id];
    }),
  );
}

async function idsByLookUp(context: LoadContext, writes: readonly Write[]): Promise<Map<number, string>> {
  const keys = writes.map((write) => write.member.prepared.key);
  const found = await lookUp(context.medplum, context.origin.namespace, keys, context.signal);
  return new Map(
    writes.map((write) => {
      const { row, key } = write.member.prepared;
      const stored = found.get(metaSource(context.origin.namespace, key));
      if (!stored) throw new LostReplyError('committed-but-not-found');
      return [row, stored.id];
    }),
  );
}

function settleAll(context: LoadContext, decisions: readonly Decision[], ids: ReadonlyMap<number, string>): void {
  for (const decision of decisions) settleDecision(context, decision, ids);
}

function transactionsOff(): PermanentError {
  return new PermanentError(
    'transactions-off',
    'the server stopped running transactions while the import ran: run it again, it goes on without them',
  );
}
