import { Stack, Title } from '@mantine/core';
import { useMedplum } from '@medplum/react-hooks';
import { useCallback } from 'react';
import { useLoaded } from '../../states/use-loaded.ts';
import type { Fact } from '../find-facts.ts';
import { ClusterMembers } from './ClusterRow.tsx';
import { findClusters } from './find-clusters.ts';
import { clusterOf } from './group-facts.ts';

/** What other sources say of the same; nothing when there is none, or when it cannot be looked up. */
export function ClusterPanel({ fact }: { readonly fact: Fact }) {
  const medplum = useMedplum();
  const load = useCallback(() => findClusters(medplum, [fact]), [medplum, fact]);
  const { value: clusters, reload } = useLoaded(load);
  const cluster = clusters && clusterOf(clusters, fact);
  if (!cluster) return null;
  return (
    <Stack gap={0} component="section" aria-label="Told by several sources">
      <Title order={3} size="h5">
        Told by several sources
      </Title>
      <ClusterMembers cluster={cluster} onChange={reload} />
    </Stack>
  );
}
