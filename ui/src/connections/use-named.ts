import type { Connection } from '@fasten-medplum/bridge/contract/connection';
import { useMedplum } from '@medplum/react-hooks';
import { useCallback, useMemo } from 'react';
import { findSources } from '../sources/find-sources.ts';
import { useLoaded } from '../states/use-loaded.ts';

/**
 * Connections with the name that their source has in the record, where Fasten told none: two of one platform could not be told
 * apart. As they are until that is known, and when it cannot be read.
 */
export function useNamed(patientId: string, connections: readonly Connection[]): readonly Connection[] {
  const medplum = useMedplum();
  // Records bring the name with them, so that it is looked up again when some have come.
  const unnamed = connections
    .filter(({ facts }) => facts.name === undefined)
    .map(({ namespace, latestImport }) => `${namespace} ${latestImport?.status}`)
    .join();
  const load = useCallback(async () => {
    if (unnamed === '') return [];
    const found = await findSources(medplum, [{ resourceType: 'Patient', id: patientId }]);
    return found.get(patientId)?.sources ?? [];
  }, [medplum, patientId, unnamed]);
  const { value: sources } = useLoaded(load);
  return useMemo(
    () =>
      connections.map((connection) => {
        const name = connection.facts.name ?? sources?.find((each) => each.namespace === connection.namespace)?.name;
        return name === undefined ? connection : { ...connection, facts: { ...connection.facts, name } };
      }),
    [connections, sources],
  );
}
