import { membersOf, ruleOf } from '@fasten-medplum/bridge/contract/duplicate-cluster';
import { DUPLICATES_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import { getStatus, isOperationOutcome, type MedplumClient } from '@medplum/core';
import type { Linkage, Provenance, Reference } from '@medplum/fhirtypes';
import { type ClusterChange, type Known, planCluster, type StoredLinkage } from './plan-cluster.ts';
import { byReference, linkagesOf, searchMany, searchUrl } from './read-many.ts';
import type { Scene } from './scene.ts';
import { changeLinkage, isTheirs, keyOf, makeLinkage, type RuledMember } from './write-linkage.ts';

/** How often what was written is looked at again: more only when other runs write the same clusters all the time. */
const MAX_ROUNDS = 5;

export interface Settling {
  readonly medplum: MedplumClient;
  readonly bot: Reference;
  /** `Type/<id>` of the record that is to be placed. */
  readonly reference: string;
  /** Undefined for one that is gone. */
  readonly scene: Scene | undefined;
}

/**
 * Puts a record into the cluster where it belongs, and takes it out of the one where it does not. Written is with If-Match,
 * or by a conditional create under a key, and then looked at again: what two runs at once have written twice is put right by
 * whoever looks last. Running it again changes nothing.
 *
 * @returns The Linkages that hold it now: one at most, unless people made more.
 * @throws When the server refuses, and after too many rounds.
 */
export async function settleCluster(settling: Settling): Promise<StoredLinkage[]> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { linkages, changes } = await look(settling, round === 0);
    if (changes.length === 0) {
      const holding = linkages.filter((one) => one.active !== false && membersOf(one).includes(settling.reference));
      for (const linkage of holding) if (!isTheirs(linkage)) await tellOrigin(settling, linkage);
      return holding;
    }
    for (const change of changes) await write(settling, linkages, change);
  }
  throw new Error('others write the same cluster all the time');
}

async function look(
  settling: Settling,
  isFirst: boolean,
): Promise<{ linkages: readonly StoredLinkage[]; changes: ClusterChange[] }> {
  const { reference, scene } = settling;
  const matches = scene?.matches ?? [];
  const linkages = (isFirst && matches.length === 0 && scene?.linkages) || (await readLinkages(settling, matches));
  if (linkages.length === 0 && matches.length === 0) return { linkages, changes: [] };
  const members = linkages.filter(({ active }) => active !== false).flatMap(membersOf);
  const known = new Map(
    (scene ? [...matches, ...(scene.own ? [scene.own] : [])] : []).map((one) => [one.reference, one]),
  );
  const missing = members.filter((member) => member !== reference && !known.has(member));
  for (const one of await readMembers(settling, missing)) known.set(one.reference, one);
  const ruleFor = (one: Known, other: Known) => scene?.ruleFor(one, other);
  return {
    linkages,
    changes: planCluster({ own: scene?.own, reference, matches, linkages, known, ruleFor }),
  };
}

async function readLinkages({ medplum, reference }: Settling, matches: readonly Known[]): Promise<StoredLinkage[]> {
  const named = [reference, ...matches.map((match) => match.reference)];
  return (await searchMany(medplum, linkagesOf(named))) as StoredLinkage[];
}

/** Of a record that is gone nothing is compared any more: whoever else is still there stays together. */
async function readMembers({ medplum, scene }: Settling, references: readonly string[]): Promise<Known[]> {
  if (references.length === 0) return [];
  if (scene) return scene.readMore(references);
  const present = await searchMany(medplum, byReference(references));
  return present.map((one) => ({ reference: `${one.resourceType}/${one.id}`, source: '' }));
}

async function write(settling: Settling, linkages: readonly StoredLinkage[], change: ClusterChange): Promise<void> {
  const { medplum } = settling;
  try {
    const earlier = change.linkage ?? endedBefore(linkages, change.members);
    if (earlier) return await update(medplum, earlier, ruled(settling, change.members, earlier));
    const linkage = makeLinkage(ruled(settling, change.members), settling.scene?.account(change.members));
    await medplum.createResourceIfNoneExist(linkage, `_tag=${DUPLICATES_SYSTEM}|${keyOf(change.members)}`);
  } catch (error) {
    // Somebody was faster: the next round sees what they wrote.
    if (![409, 412].includes(statusOf(error) ?? 0)) throw error;
  }
}

/** Not by `instanceof`: a server may hand a bot another copy of the client than the one that it requires. */
function statusOf(error: unknown): number | undefined {
  const outcome = (error as { outcome?: unknown } | undefined)?.outcome;
  return isOperationOutcome(outcome) ? getStatus(outcome) : undefined;
}

/** The bot's own Linkage of the same beginning, which it retired. */
function endedBefore(linkages: readonly StoredLinkage[], members: readonly Known[]): StoredLinkage | undefined {
  const key = keyOf(members);
  const isSame = ({ meta }: Linkage) =>
    meta?.tag?.some(({ system, code }) => system === DUPLICATES_SYSTEM && code === key);
  return linkages.find((linkage) => linkage.active === false && !isTheirs(linkage) && isSame(linkage));
}

async function update(medplum: MedplumClient, earlier: StoredLinkage, members: readonly RuledMember[]): Promise<void> {
  const headers = { 'If-Match': `W/"${earlier.meta?.versionId}"` };
  await medplum.updateResource(changeLinkage(earlier, members), { headers });
}

/** The one that the others are compared with first: of a cluster that there was, the one it had; else the lowest id. */
function ruled({ scene }: Settling, members: readonly Known[], earlier?: Linkage): RuledMember[] {
  const before = new Map((earlier?.item ?? []).map((item) => [item.resource.reference, ruleOf(item)]));
  const [first, ...others] = members.toSorted(
    (a, b) => rank(a, before) - rank(b, before) || (a.reference < b.reference ? -1 : 1),
  );
  if (!first) return [];
  const rest = others.map((member) => {
    const rule = before.get(member.reference) ?? scene?.ruleFor(first, member);
    return { reference: member.reference, rule };
  });
  return [{ reference: first.reference }, ...rest];
}

function rank({ reference }: Known, before: ReadonlyMap<string | undefined, string | undefined>): number {
  if (!before.has(reference)) return 2;
  return before.get(reference) === undefined ? 0 : 1;
}

/** A Provenance leads from each member to the cluster: an erasure of the member finds by it what has to go along. */
async function tellOrigin({ medplum, bot, scene }: Settling, linkage: StoredLinkage): Promise<void> {
  const target = `Linkage/${linkage.id}`;
  const told = (await searchMany(medplum, [searchUrl('Provenance', [['target', target]])])) as Provenance[];
  const known = new Set(told.flatMap(({ entity = [] }) => entity.map(({ what }) => what.reference)));
  const [missing, ...others] = membersOf(linkage).filter((member) => !known.has(member));
  if (missing === undefined) return;
  const account = linkage.meta?.accounts?.[0]?.reference ?? scene?.account([]);
  const provenance: Provenance = {
    resourceType: 'Provenance',
    // Not the Patient among the targets: an erasure keeps every Patient, and a Provenance that leads to one.
    ...(account && { meta: { accounts: [{ reference: account }] } }),
    target: [{ reference: target }],
    recorded: new Date().toISOString(),
    agent: [{ who: bot as Reference<never> }],
    entity: [missing, ...others].map((reference) => ({ role: 'source', what: { reference } })),
  };
  await medplum.createResourceIfNoneExist(provenance, `target=${target}&entity=${missing}`);
}
