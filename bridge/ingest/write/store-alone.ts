import { setTimeout as sleep } from 'node:timers/promises';
import { getStatus, type MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { BundleEntry, Meta } from '@medplum/fhirtypes';
import { ORG_CONNECTION_SYSTEM } from '../../contract/identifiers.ts';
import { sourceRoot } from '../../contract/source-key.ts';
import { LostReplyError } from '../../medplum/client/lost-reply-error.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';
import { runAsyncBatch } from '../../medplum/run-async-batch.ts';
import { boundPatient } from '../bind-patient.ts';
import type { LoadContext } from '../load-context.ts';
import { lookUp, type StoredVersion } from '../match/look-up.ts';
import { passDeletedSince } from '../match/pass-deleted.ts';
import { escapeSearchValue, metaSource } from '../meta-source.ts';
import {
  composeEntry,
  type Decision,
  isWrite,
  type Member,
  makeMember,
  type OutsideIds,
  type Write,
} from '../shape/compose-entry.ts';
import { makeProvenance } from '../shape/make-provenance.ts';
import { parkProfile } from '../shape/park-profile.ts';
import { originTags, storedHash } from '../shape/shape-meta.ts';
import { settleDecision, settleProblem, settleRefused } from './settle-rows.ts';

/** Medplum takes 50 MB in an asynchronous batch (`maxBatchSize`). */
const MAX_ASYNC_BYTES = 48 << 20;
const MAX_TRIES = 6;
/** Before the first of them; a job whose reply was lost may still be under way. */
const WAIT_MS = 500;

/** How one write ended; `open`: somebody else was faster, or nobody knows. */
type Ended = StoredVersion | 'too-large' | 'open' | { readonly refused: OperationOutcomeError['outcome'] };

/** Writes what is larger than a request may be. */
export interface AloneWriter {
  /** Settles the row; returns what was decided about it. */
  store(member: Member, outside: OutsideIds): Promise<Decision>;
  /** Makes sure that a Provenance names a row that was found stored: a run may have been killed between the two. */
  prove(row: number): Promise<void>;
}

/** `claim` is awaited before each write. */
export function aloneWriter(context: LoadContext, claim: () => Promise<void>): AloneWriter {
  return {
    store: (member, outside) => storeAlone(context, claim, member, outside),
    prove: async (row) => {
      const id = context.states.storedId(row);
      if (id) await prove(context, `${context.index.typeOf(row)}/${id}`, false);
    },
  };
}

/**
 * Stores a resource that is larger than a request may be, alone and asynchronously, and its Provenance behind it. There is
 * no fence: a create depends on the source key and an update on the version read, so that a lost reply doubles nothing.
 * The row is settled when this returns, `too-large` when the server does not take it either. Returns the last decision.
 */
async function storeAlone(
  context: LoadContext,
  claim: () => Promise<void>,
  first: Member,
  outside: OutsideIds,
): Promise<Decision> {
  let member = first;
  let begun: Write | undefined;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const decision = await composeEntry(context, member, new Map(), outside);
    if (isWrite(decision)) {
      begun ??= decision;
      await claim();
    }
    const ended = isWrite(decision) ? await write(context, decision) : member.stored;
    const parked = typeof ended === 'object' && 'refused' in ended && parkProfile(context, member, ended.refused);
    if (parked) {
      member = parked;
      continue;
    }
    if (ended === 'too-large' || (typeof ended === 'object' && 'refused' in ended)) {
      leaveOut(context, member, ended);
      return decision;
    }
    if (ended && ended !== 'open') {
      const { row, resource } = member.prepared;
      // What is found unchanged at a later try was written by an earlier one.
      const told = decision.kind === 'unchanged' ? (begun ?? decision) : decision;
      await prove(context, `${resource.resourceType}/${ended.id}`, isWrite(told));
      settleDecision(context, told, new Map([[row, ended.id]]));
      return told;
    }
    await sleep(WAIT_MS * 2 ** tries, undefined, context.signal ? { signal: context.signal } : {});
    const again = makeMember(member.prepared, await find(context, member), member.isRevisit);
    const [left] = (await passDeletedSince(context, [member], [[again]])).flat();
    if (!left) return { ...decision, isIncomplete: false };
    member = left;
  }
  throw new LostReplyError('async-batch-unsettled');
}

/** `isNew`: one that tells of this export. What the export itself brought as Provenance is a record like any other. */
async function prove(context: LoadContext, reference: string, isNew: boolean): Promise<void> {
  const { medplum, origin, signal } = context;
  const exportTag = originTags(origin).at(-1);
  const query = new URLSearchParams({ target: reference, _count: '1000' });
  if (isNew && exportTag) query.set('_tag', `${exportTag.system}|${escapeSearchValue(exportTag.code ?? '')}`);
  const found = await retryRead(() => medplum.searchResources('Provenance', query, { cache: 'reload' }), signal);
  if (found.some(({ meta }) => !meta?.source?.startsWith(sourceRoot(origin.namespace)))) return;
  const provenance = makeProvenance(context, boundPatient(context), [reference]);
  const source = `${ORG_CONNECTION_SYSTEM}/${origin.namespace}/provenance#${encodeURIComponent(origin.exportId)}/${reference}`;
  const resource = { ...provenance, meta: { ...provenance.meta, source } };
  const once = `_source=${encodeURIComponent(source)}`;
  await retryRead(() => medplum.createResourceIfNoneExist(resource, once), signal);
}

async function write(context: LoadContext, decision: Write): Promise<Ended> {
  const { member } = decision;
  const { entry, sha256 } = alone(context, decision);
  if (Buffer.byteLength(entry) > MAX_ASYNC_BYTES) return 'too-large';
  const reply = await send(context.medplum, entry, context.signal);
  if (reply === 'too-large') return reply;
  // What is stored decides, whatever was said of it.
  const stored = await find(context, member);
  if (stored && stored.sha256 === sha256 && stored.versionId !== member.stored?.versionId) return stored;
  const { status, outcome } = reply?.response ?? {};
  const isFinal = outcome && /^4/.test(status ?? '') && !['409', '412', '429'].includes(status ?? '');
  return isFinal ? { refused: outcome } : 'open';
}

async function send(
  medplum: MedplumClient,
  entry: string,
  signal?: AbortSignal,
): Promise<BundleEntry | 'too-large' | undefined> {
  try {
    return await runAsyncBatch(medplum, entry, signal);
  } catch (error) {
    if (error instanceof LostReplyError) return undefined;
    if (!(error instanceof OperationOutcomeError) || getStatus(error.outcome) === 429) throw error;
    return 'too-large';
  }
}

/** The entry, on a condition if it is a create, and the hash that it will be stored with. */
function alone({ origin }: LoadContext, { kind, json, member }: Write): { entry: string; sha256: string | undefined } {
  const entry: BundleEntry & { resource: { meta?: Meta } } = JSON.parse(json);
  const sha256 = storedHash(entry.resource.meta);
  if (kind === 'update' || entry.request?.ifNoneExist) return { entry: json, sha256 };
  const source = encodeURIComponent(escapeSearchValue(metaSource(origin.namespace, member.prepared.key)));
  const request = { ...entry.request, ifNoneExist: `_source=${source}` };
  return { entry: JSON.stringify({ ...entry, request }), sha256 };
}

async function find(
  { medplum, origin, signal }: LoadContext,
  { prepared }: Member,
): Promise<StoredVersion | undefined> {
  const found = await lookUp(medplum, origin.namespace, [prepared.key], signal);
  return found.get(metaSource(origin.namespace, prepared.key));
}

function leaveOut(context: LoadContext, member: Member, ended: Extract<Ended, 'too-large' | object>): void {
  if (typeof ended === 'object' && 'refused' in ended) settleRefused(context, member, ended.refused);
  else if (!member.isRevisit) settleProblem(context, member.prepared.row, 'quarantined', 'too-large');
}
