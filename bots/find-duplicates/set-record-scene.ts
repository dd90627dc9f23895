import { ORG_CONNECTION_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import { getReferenceString, type MedplumClient, type WithId } from '@medplum/core';
import type { Medication, Resource } from '@medplum/fhirtypes';
import { medicationOf } from './compare-medications.ts';
import type { Kind } from './kind.ts';
import type { Known, StoredLinkage } from './plan-cluster.ts';
import { byReference, linkagesOf, searchMany, searchUrl } from './read-many.ts';
import type { Scene } from './scene.ts';

/** As many as are compared of one search; a day of intensive care has no more results of one code. */
const MAX_CANDIDATES = 200;

/** A record of one patient among what other sources tell of the same patient: only what its blocks find is read. */
export async function setRecordScene(
  medplum: MedplumClient,
  kind: Kind<Resource>,
  resource: WithId<Resource>,
): Promise<Scene> {
  const patient = kind.patientOf(resource);
  const bodies = new Map<string, WithId<Resource>>([[getReferenceString(resource), resource]]);
  const medications = new Map<string, Medication>();
  const add = async (found: readonly WithId<Resource>[]): Promise<Known[]> => {
    const isCompared = (one: WithId<Resource>) => kind.patientOf(one) === patient && kind.blocksOf(one).length > 0;
    const compared = found.filter((one) => one.resourceType === resource.resourceType && isCompared(one));
    for (const one of compared) bodies.set(getReferenceString(one), one);
    if (compared.length > 0) await readMedications(medplum, [resource, ...compared], medications);
    return compared.map(knownOf);
  };
  const ruleFor = (one: Known, other: Known): string | undefined => {
    const [a, b] = [bodies.get(one.reference), bodies.get(other.reference)];
    return a && b && kind.compare(a, b, medications);
  };
  const own = patient?.startsWith('Patient/') && kind.blocksOf(resource).length > 0 ? knownOf(resource) : undefined;
  const named = linkagesOf([getReferenceString(resource)]);
  const found = await searchMany(medplum, [...(own ? candidateUrls(kind, resource, patient ?? '') : []), ...named]);
  const candidates = own ? await add(found) : [];
  return {
    own,
    linkages: found.filter((one): one is StoredLinkage => one.resourceType === 'Linkage'),
    matches: own ? candidates.filter((one) => one.source !== own.source && ruleFor(own, one)).toSorted(byId) : [],
    account: () => patient,
    readMore: async (references) => add(await searchMany(medplum, byReference(references))),
    ruleFor,
  };
}

/** The namespace through which a record came in; what was entered here is one source too. */
export function sourceOf({ meta }: Resource): string {
  return meta?.tag?.find(({ system }) => system === ORG_CONNECTION_SYSTEM)?.code ?? '';
}

function candidateUrls(kind: Kind<Resource>, resource: WithId<Resource>, patient: string): string[] {
  const source = sourceOf(resource);
  const others: [string, string][] = source === '' ? [] : [['_tag:not', `${ORG_CONNECTION_SYSTEM}|${source}`]];
  return kind
    .blocksOf(resource)
    .map((block) =>
      searchUrl(resource.resourceType, [['patient', patient], ...block, ...others, ['_count', `${MAX_CANDIDATES}`]]),
    );
}

async function readMedications(
  medplum: MedplumClient,
  resources: readonly Resource[],
  known: Map<string, Medication>,
): Promise<void> {
  const isMedicine = (one: Resource) => one.resourceType.startsWith('Medication') && 'medicationReference' in one;
  const references = resources.flatMap((one) => (isMedicine(one) ? (medicationOf(one as never) ?? []) : []));
  const missing = references.filter((reference) => !known.has(reference));
  for (const one of await searchMany(medplum, byReference(missing))) {
    if (one.resourceType === 'Medication') known.set(getReferenceString(one), one);
  }
}

function knownOf(resource: WithId<Resource>): Known {
  return { reference: getReferenceString(resource), source: sourceOf(resource) };
}

function byId(one: Known, other: Known): number {
  return one.reference < other.reference ? -1 : 1;
}
