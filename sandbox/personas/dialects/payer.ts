import type { Resource } from '@medplum/fhirtypes';
import { makeRandom } from '../../generator/make-random.ts';
import type { Dialect, ResourceType } from './dialect.ts';

/** What an insurer knows of; it has never seen a result. */
const KNOWN: ReadonlySet<ResourceType> = new Set([
  'Coverage',
  'ExplanationOfBenefit',
  'Organization',
  'Patient',
  'Practitioner',
]);

/** As insurers answer: ids that are negative numbers, versioned references, a `meta.source` of their own, claims. */
export function payer(seed: number): Dialect {
  return {
    id: (type, key) =>
      `-${makeRandom(seed, type, key).int(1, 9)}${makeRandom(seed, key, type).int(10 ** 8, 10 ** 9 - 1)}`,
    reference: (type, id) => `${type}/${id}/_history/1`,
    attachment: (id) => `Binary/${id}`,
    sends: ({ resourceType }) => KNOWN.has(resourceType),
    shape: (resource) => [
      {
        ...resource,
        meta: { source: 'urn:payer:claims', versionId: '1', lastUpdated: '2026-09-30T03:00:00.000+00:00' },
      } as Resource,
    ],
  };
}
