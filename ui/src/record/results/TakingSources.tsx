import { getReferenceString } from '@medplum/core';
import { namespaceOf } from '../../sources/find-sources.ts';
import type { FactClusters } from '../duplicates/find-clusters.ts';
import { clusterOf } from '../duplicates/group-facts.ts';
import { FactSource } from '../FactRow.tsx';
import { useRecord } from '../record-context.ts';
import type { Taking } from './pair-readings.ts';

interface TakingSourcesProps {
  readonly taking: Taking;
  readonly clusters?: FactClusters;
}

const NONE: FactClusters = new Map();

/** Every source that tells of all of it, each once. */
export function TakingSources({ taking: { facts }, clusters = NONE }: TakingSourcesProps) {
  const { vanished } = useRecord();
  const told = facts.map((fact) => clusterOf(clusters, fact)?.members ?? [fact]);
  const shared = told
    .flat()
    .filter((fact) => told.every((members) => members.some((other) => namespaceOf(other) === namespaceOf(fact))));
  // Of two facts of a source the last counts: the one that is marked as no longer sent.
  const [sent, gone] = [false, true].map((isGone) =>
    shared.filter((fact) => vanished.has(getReferenceString(fact)) === isGone),
  );
  const bySource = new Map([...(sent ?? []), ...(gone ?? [])].map((fact) => [namespaceOf(fact) ?? '', fact]));
  return [...bySource].map(([namespace, fact]) => <FactSource key={namespace} fact={fact} />);
}
