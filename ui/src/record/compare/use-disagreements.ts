import { useMedplum } from '@medplum/react-hooks';
import { useCallback, useMemo } from 'react';
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
  const load = useCallback(
    () => findComparable(medplum, patientId, types, filters),
    [medplum, patientId, types, filters],
  );
  const { value: facts, ...loaded } = useLoaded(load);
  // The sources are looked at again and again while an import runs; what they say is not read again for that.
  const order = sources.map(({ namespace }) => namespace).join(' ');
  const value = useMemo(() => facts && findDisagreements(facts, order.split(' ')), [facts, order]);
  return { value, ...loaded };
}
