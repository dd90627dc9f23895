import { useMedplum } from '@medplum/react-hooks';
import { useCallback, useEffect, useState } from 'react';
import type { PageOfFacts } from '../find-facts.ts';
import { type FactClusters, findClusters } from './find-clusters.ts';

export interface ClusteredLists<T> {
  /** As they were given, once the clusters of what is in them are known: until then those before. */
  readonly lists: readonly T[] | undefined;
  readonly clusters: FactClusters;
  /** Looks again, after a person took a cluster apart. */
  readonly reload: () => void;
}

const NONE: FactClusters = new Map();

/**
 * Looks up what of some lists is doubled, in all of them at once. When that fails each fact stands for itself.
 *
 * @param lists - Must keep its identity between renders; undefined while they are read.
 */
export function useClusters<T extends PageOfFacts>(lists: readonly T[] | undefined): ClusteredLists<T> {
  const medplum = useMedplum();
  const [known, setKnown] = useState<Omit<ClusteredLists<T>, 'reload'>>({ lists: undefined, clusters: NONE });
  const [request, setRequest] = useState({});
  useEffect(() => {
    let current = request !== undefined;
    const facts = lists?.flatMap((list) => list.facts) ?? [];
    const looking = facts.length > 0 ? findClusters(medplum, facts) : Promise.resolve(NONE);
    void looking.catch(() => NONE).then((clusters) => current && setKnown({ lists, clusters }));
    return () => {
      current = false;
    };
  }, [medplum, lists, request]);
  const reload = useCallback(() => setRequest({}), []);
  return { ...known, reload };
}
