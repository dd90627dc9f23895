import type { MedplumClient } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import { useCallback, useMemo } from 'react';
import { namespaceOf } from '../../sources/find-sources.ts';
import { type Loaded, useLoaded } from '../../states/use-loaded.ts';
import { type FactClusters, findClusters } from '../duplicates/find-clusters.ts';
import type { Fact, FactFilters } from '../find-facts.ts';
import { useRecord } from '../record-context.ts';
import { type ComparableType, findComparable } from './find-comparable.ts';
import { type Disagreement, findDisagreements } from './find-disagreements.ts';

/**
 * What the sources of the open record say differently.
 *
 * @param types - Must keep its identity between renders, as must `filters`.
 */
export function useDisagreements(types: readonly ComparableType[], filters: FactFilters): Loaded<Disagreement[]> {
  const medplum = useMedplum();
  const { patientId, sources } = useRecord();
  const load = useCallback(async () => {
    const facts = await findComparable(medplum, patientId, types, filters);
    return { facts, clusters: await clustersOf(medplum, facts) };
  }, [medplum, patientId, types, filters]);
  const { value: found, ...loaded } = useLoaded(load);
  // The sources are looked at again and again while an import runs; what they say is not read again for that.
  const order = sources.map(({ namespace }) => namespace).join(' ');
  const value = useMemo(
    () => found && findDisagreements(found.facts, order.split(' '), found.clusters),
    [found, order],
  );
  return { value, ...loaded };
}

/** What is the same though codes and names differ; when that cannot be read, only these tell. One source alone needs none. */
async function clustersOf(medplum: MedplumClient, facts: readonly Fact[]): Promise<FactClusters> {
  const isFromSeveral = new Set(facts.map(namespaceOf)).size > 1;
  return isFromSeveral ? findClusters(medplum, facts).catch((): FactClusters => new Map()) : new Map();
}
