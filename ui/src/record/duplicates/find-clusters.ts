import { clusterFromLinkage, type DuplicateCluster } from '@fasten-medplum/bridge/contract/duplicate-cluster';
import { getReferenceString, type MedplumClient, type WithId } from '@medplum/core';
import type { Bundle, Linkage, Resource, ResourceType } from '@medplum/fhirtypes';
import type { Fact } from '../find-facts.ts';

/** Facts of several sources that tell of the same thing. */
export interface FactCluster extends Omit<DuplicateCluster, 'members'> {
  /** Those that the reader may see, at least two; the one that the others are duplicates of first. */
  readonly members: readonly Fact[];
}

/** Clusters by the `Type/<id>` of each of their members. */
export type FactClusters = ReadonlyMap<string, FactCluster>;

/** As many as fit into the address of one search. */
const ITEMS_A_SEARCH = 40;

/** As much as a search answers at most. */
const MAX_COUNT = '1000';

/**
 * The clusters of some facts, with all their members, whatever page or source those are on. Two requests, however many facts;
 * one when nothing is doubled. What the reader may not search counts as nothing.
 */
export async function findClusters(medplum: MedplumClient, facts: readonly Fact[]): Promise<FactClusters> {
  const known = new Map(facts.map((fact) => [referenceTo(fact), fact]));
  const queries = chunks([...known.keys()]).map((item) => searchUrl('Linkage', { item: item.join(',') }));
  const linkages = (await search<Linkage>(medplum, queries)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const clusters = linkages.flatMap((linkage) => clusterFromLinkage(linkage) ?? []);
  const missing = new Set(clusters.flatMap(({ members }) => members).filter((member) => !known.has(member)));
  for (const fact of await readAll(medplum, [...missing])) known.set(referenceTo(fact), fact);
  return indexByMember(clusters, known);
}

function indexByMember(clusters: readonly DuplicateCluster[], known: ReadonlyMap<string, Fact>): FactClusters {
  const found = new Map<string, FactCluster>();
  for (const cluster of clusters) {
    const members = cluster.members.flatMap((member) => known.get(member) ?? []);
    if (members.length < 2) continue;
    // One that a person put together may overlap with one of the bot's: the first counts.
    for (const member of members) {
      const key = referenceTo(member);
      if (!found.has(key)) found.set(key, { ...cluster, members });
    }
  }
  return found;
}

async function readAll(medplum: MedplumClient, references: readonly string[]): Promise<Fact[]> {
  const byType = Map.groupBy(references, (reference) => reference.split('/')[0] ?? '');
  const queries = [...byType].flatMap(([type, members]) =>
    chunks(members.map((reference) => reference.slice(type.length + 1))).map((ids) =>
      searchUrl(type as ResourceType, { _id: ids.join(',') }),
    ),
  );
  return search<Resource>(medplum, queries);
}

function searchUrl(type: ResourceType, query: Readonly<Record<string, string>>): string {
  return `${type}?${new URLSearchParams({ ...query, _count: MAX_COUNT })}`;
}

async function search<T extends Resource>(medplum: MedplumClient, urls: readonly string[]): Promise<WithId<T>[]> {
  if (urls.length === 0) return [];
  const entry = urls.map((url) => ({ request: { method: 'GET' as const, url } }));
  const answer = await medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
  const bundles = answer.entry?.flatMap(({ resource }) => (resource?.resourceType === 'Bundle' ? resource : [])) ?? [];
  const found = (bundles as Bundle<WithId<T>>[]).flatMap(({ entry: each = [] }) => each);
  return found.flatMap(({ resource }) => resource ?? []);
}

function referenceTo(fact: Fact): string {
  return getReferenceString(fact);
}

function chunks(values: readonly string[]): string[][] {
  const count = Math.ceil(values.length / ITEMS_A_SEARCH);
  return Array.from({ length: count }, (_, at) => values.slice(at * ITEMS_A_SEARCH, (at + 1) * ITEMS_A_SEARCH));
}
