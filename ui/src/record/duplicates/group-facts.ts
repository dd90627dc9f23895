import { getReferenceString } from '@medplum/core';
import type { Fact } from '../find-facts.ts';
import type { FactCluster, FactClusters } from './find-clusters.ts';

/** One row: a fact, and what other sources say of the same. */
export interface FactGroup {
  /** The one that the list came to first. */
  readonly fact: Fact;
  /** Absent for what only one source tells of. */
  readonly cluster?: FactCluster;
}

/** The cluster of a fact; undefined for what only one source tells of. */
export function clusterOf(clusters: FactClusters, fact: Fact): FactCluster | undefined {
  return clusters.get(getReferenceString(fact));
}

/** Rows out of facts, in their order: what belongs to a cluster stands where the first of it does. */
export function groupFacts(facts: readonly Fact[], clusters: FactClusters): FactGroup[] {
  const shown = new Set<string>();
  return facts.flatMap((fact): FactGroup[] => {
    const cluster = clusterOf(clusters, fact);
    if (!cluster) return [{ fact }];
    if (shown.has(cluster.id)) return [];
    shown.add(cluster.id);
    return [{ fact, cluster }];
  });
}
