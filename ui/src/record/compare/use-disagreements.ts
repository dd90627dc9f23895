import { useMedplum } from '@medplum/react-hooks';
import { useCallback } from 'react';
import { type Loaded, useLoaded } from '../../states/use-loaded.ts';
import type { FactFilters } from '../find-facts.ts';
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
    const order = sources.map(({ namespace }) => namespace);
    return findDisagreements(facts, order);
  }, [medplum, patientId, types, filters, sources]);
  return useLoaded(load);
}
