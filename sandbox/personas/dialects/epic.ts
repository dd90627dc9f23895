import { makeId } from '../../generator/make-ids.ts';
import { makeRandom } from '../../generator/make-random.ts';
import type { Dialect } from './dialect.ts';

const BASE = 'https://fhir.epic.example.org/api/FHIR/R4';

/** A hospital that runs Epic tells of one visit in so many; all the others are named and never come. */
const VISITS_SENT = 0.25;

/**
 * As Epic's sandbox answers: ids of 66 to 130 characters, no `meta` at all, most Encounters named and not sent, documents by
 * relative address; every third one answered raw, so that Fasten made a Binary of it whose id is another one.
 */
export function epic(seed: number): Dialect {
  const idOf = (type: string, key: string) => makeId(hashed(seed, type, key), 'epic', 'Encounter', 0);
  return {
    id: idOf,
    reference: (type, id) => `${type}/${id}`,
    attachment: (id) => `Binary/${id}`,
    sends: ({ resourceType, id }) =>
      resourceType !== 'Encounter' || makeRandom(seed, 'sent', id ?? '').chance(VISITS_SENT),
    shape(resource) {
      const isRaw = resource.resourceType === 'Binary' && makeRandom(seed, 'raw', resource.id ?? '').chance(0.3);
      return [
        isRaw ? { ...resource, meta: { source: `${BASE}/Binary/${idOf('Binary', resource.id ?? '')}` } } : resource,
      ];
    },
  };
}

function hashed(seed: number, type: string, key: string): number {
  return makeRandom(seed, type, key).int(0, 2 ** 31 - 1);
}
