import type { MedplumClient } from '@medplum/core';
import type { Bundle } from '@medplum/fhirtypes';
import { conditions, type Fact, type FactFilters } from '../find-facts.ts';

/** Of each kind the newest: what goes back further is seldom what stands now. */
export const COMPARED_COUNT = 200;

/** ABO and Rh group together, and each alone (LOINC). */
const BLOOD_GROUPS = ['882-1', '883-9', '10331-7'].map((code) => `http://loinc.org|${code}`).join(',');

interface Comparable {
  readonly type: 'AllergyIntolerance' | 'Condition' | 'MedicationRequest' | 'MedicationStatement' | 'Observation';
  readonly date: string;
  /** What is compared, and what tells that two are the same; the rest stays on the server. */
  readonly fields: string;
  readonly query?: Readonly<Record<string, string>>;
}

const MEDICATION = 'status,medication,dosageInstruction,dosage,authoredOn,effective';

const COMPARABLE: readonly Comparable[] = [
  {
    type: 'AllergyIntolerance',
    date: 'date',
    fields: 'code,type,clinicalStatus,verificationStatus,criticality,reaction,recordedDate',
  },
  {
    type: 'Condition',
    date: 'recorded-date',
    fields: 'code,clinicalStatus,verificationStatus,severity,onset,abatement,recordedDate',
  },
  { type: 'MedicationRequest', date: 'authoredon', fields: MEDICATION },
  { type: 'MedicationStatement', date: 'effective', fields: MEDICATION },
  { type: 'Observation', date: 'date', fields: 'code,value,effective', query: { code: BLOOD_GROUPS } },
];

/** Types that Disagreements can be asked for. */
export type ComparableType = Comparable['type'] | 'Patient';

/**
 * Reads what is compared between sources, in one request and bounded, with the reader's own token. A kind that they may not
 * search counts as nothing.
 */
export async function findComparable(
  medplum: MedplumClient,
  patientId: string,
  types: readonly ComparableType[],
  filters: FactFilters,
): Promise<Fact[]> {
  const searches = COMPARABLE.filter(({ type }) => types.includes(type)).map(
    ({ type, date, fields, query }) =>
      `${type}?${new URLSearchParams([
        // What a source says is compared with all others, so their filter is not taken over.
        ...conditions(
          patientId,
          { type, label: type, date, ...(query && { query }) },
          { ...filters, source: undefined },
        ),
        ['_fields', `meta,${fields}`],
        ['_sort', `-${date}`],
        ['_count', `${COMPARED_COUNT}`],
      ])}`,
  );
  const people = [`Patient?_id=${patientId}`, `Patient?link=Patient/${patientId}&_count=50`];
  const urls = [...searches, ...(types.includes('Patient') ? people : [])];
  if (urls.length === 0) return [];
  const entry = urls.map((url) => ({ request: { method: 'GET' as const, url } }));
  const answer = await medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
  const found = answer.entry?.flatMap(({ resource }) => (resource?.resourceType === 'Bundle' ? resource : [])) ?? [];
  return (found as Bundle<Fact>[]).flatMap((bundle) => bundle.entry ?? []).flatMap(({ resource }) => resource ?? []);
}
