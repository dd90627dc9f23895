import { useMedplum } from '@medplum/react-hooks';
import { useCallback, useEffect, useRef, useState } from 'react';
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

interface Looked {
  /** The request that it belongs to: another one looks at everything again. */
  readonly of: object | undefined;
  /** Ids of the facts whose clusters are known. */
  readonly facts: ReadonlySet<string>;
  readonly clusters: FactClusters;
}

/**
 * Looks up what of some lists is doubled, in all of them at once. When that fails each fact stands for itself.
 *
 * @param lists - Must keep its identity between renders; undefined while they are read.
 */
export function useClusters<T extends PageOfFacts>(lists: readonly T[] | undefined): ClusteredLists<T> {
  const medplum = useMedplum();
  const [known, setKnown] = useState<Omit<ClusteredLists<T>, 'reload'>>({ lists: undefined, clusters: NONE });
  const [request, setRequest] = useState({});
  const looked = useRef<Looked>({ of: undefined, facts: new Set(), clusters: NONE });
  useEffect(() => {
    let current = request !== undefined;
    // What was looked up for one page is not asked again for the next.
    if (looked.current.of !== request) looked.current = { of: request, facts: new Set(), clusters: NONE };
    const before = looked.current;
    const facts = lists?.flatMap((list) => list.facts).filter(({ id }) => !before.facts.has(id)) ?? [];
    const looking = facts.length > 0 ? findClusters(medplum, facts) : Promise.resolve(NONE);
    void looking
      .catch(() => NONE)
      .then((found) => {
        if (!current) return;
        const clusters = found.size > 0 ? new Map([...before.clusters, ...found]) : before.clusters;
        looked.current = { of: request, facts: new Set([...before.facts, ...facts.map(({ id }) => id)]), clusters };
        setKnown({ lists, clusters });
      });
    return () => {
      current = false;
    };
  }, [medplum, lists, request]);
  const reload = useCallback(() => setRequest({}), []);
  return { ...known, reload };
}
