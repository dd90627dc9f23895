import type { Resource } from '@medplum/fhirtypes';
import { uuid } from '../../generator/make-ids.ts';
import { makeRandom } from '../../generator/make-random.ts';
import type { Dialect } from './dialect.ts';

/** As FooClinic answers, which is a Medplum: UUIDs, a version and a time on everything, nothing left out. */
export function medplum(seed: number): Dialect {
  return {
    id: (type, key) => uuid(makeRandom(seed, type, key)),
    reference: (type, id) => `${type}/${id}`,
    attachment: (id) => `Binary/${id}`,
    sends: () => true,
    shape: (resource) => [
      {
        ...resource,
        meta: {
          versionId: uuid(makeRandom(seed, 'version', resource.resourceType, resource.id ?? '')),
          lastUpdated: '2026-10-20T12:00:00.000Z',
        },
      } as Resource,
    ],
  };
}
