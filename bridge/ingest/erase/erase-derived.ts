import type { Bundle, Provenance, Resource } from '@medplum/fhirtypes';
import { findAttachments } from '../documents/find-attachments.ts';
import { joined } from '../match/look-up.ts';
import type { JsonObject } from '../walk-references.ts';
import type { Eraser } from './eraser.ts';
import { binaryOf } from './find-binaries.ts';
import { isBook, isByHand, isOf, isOfAnother, isPerson } from './who-keeps-what.ts';

/** How many times something made of something made of a record is followed. */
const MAX_STEPS = 10;

/**
 * Erases what bots made of these resources, and first what they made of that: a Provenance names one of them as its entity
 * and the rest as its targets. What a person wrote or edited since, what was loaded under another namespace and every
 * Patient stays, and its Provenance too. Must come before the resources themselves: nothing leads there afterwards.
 *
 * @param sources - `Type/<id>` each.
 * @param path - What is being erased already: bots may have worked in a circle.
 */
export async function eraseDerived(
  eraser: Eraser,
  namespace: string,
  sources: readonly string[],
  path: ReadonlySet<string> = new Set(sources),
  steps = MAX_STEPS,
): Promise<void> {
  const provenances = await findProvenances(eraser, namespace, sources);
  if (provenances.length === 0) return;
  const targets = new Set(provenances.flatMap(targetsOf).filter((reference) => !path.has(reference)));
  const answers = await eraser.read([...targets]);
  const bodies = new Map([...targets].map((reference, position) => [reference, answers[position]?.resource]));
  const byHand = new Set(provenances.filter(isOfPerson).flatMap(targetsOf));
  const [made, kept] = sort(bodies, namespace, (reference) => byHand.has(reference) || steps === 0);
  const references = made.map(({ resourceType, id }) => `${resourceType}/${id}`);
  const binaries = await madeBinaries(eraser, made);
  const all = [...binaries, ...references];
  if (all.length > 0) await eraseDerived(eraser, namespace, all, new Set([...path, ...all]), steps - 1);
  await eraser.remove(all);
  const lasting = new Set(kept);
  const told = provenances.filter((each) => !targetsOf(each).some((reference) => lasting.has(reference)));
  await eraser.remove(told.map(({ id }) => `Provenance/${id}`));
  if (kept.length > 0) await eraser.record.keep(kept);
}

/** Those that name one of these as their entity; the bridge's own say where the records came from, and go by their tag. */
async function findProvenances(eraser: Eraser, namespace: string, sources: readonly string[]): Promise<Provenance[]> {
  const urls = [...joined(sources)].map((list) => `Provenance?entity=${list}&_count=1000`);
  const found = (await eraser.read(urls)).flatMap(({ resource }) => (resource as Bundle | undefined)?.entry ?? []);
  const byId = new Map(found.map(({ resource }) => [resource?.id, resource as Provenance]));
  return [...byId.values()].filter((provenance) => !isOf(namespace, provenance));
}

/** What bots made, and the references of what stays. What is of the namespace itself goes by its tag. */
function sort(
  bodies: ReadonlyMap<string, Resource | undefined>,
  namespace: string,
  isProtected: (reference: string) => boolean,
): [Resource[], string[]] {
  const [made, kept]: [Resource[], string[]] = [[], []];
  for (const [reference, body] of bodies) {
    if (!body || isOf(namespace, body)) continue;
    const stays = isProtected(reference) || isByHand(body) || isOfAnother(namespace, body) || isBook(body);
    if (stays || body.resourceType === 'Patient') kept.push(reference);
    else made.push(body);
  }
  return [made, kept];
}

/** Files that bots stored for what they made. */
async function madeBinaries(eraser: Eraser, made: readonly Resource[]): Promise<string[]> {
  const named = made.flatMap((body) =>
    findAttachments(body as unknown as JsonObject).flatMap(({ url }) =>
      binaryOf(typeof url === 'string' ? url : undefined),
    ),
  );
  const present = await eraser.present(named);
  const answers = await eraser.read(present);
  return present.filter((_, position) => {
    const body = answers[position]?.resource;
    return body === undefined || !isByHand(body);
  });
}

function targetsOf({ target }: Provenance): string[] {
  return target.flatMap(({ reference }) => reference ?? []);
}

function isOfPerson({ agent }: Provenance): boolean {
  return agent.some(({ who }) => isPerson(who?.reference));
}
