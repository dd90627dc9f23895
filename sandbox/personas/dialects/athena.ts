import type { DocumentReference, Resource } from '@medplum/fhirtypes';
import { makeRandom } from '../../generator/make-random.ts';
import { HL7 } from '../telling.ts';
import type { Dialect, ResourceType } from './dialect.ts';

const SECURITY = [{ system: `${HL7}/v3-Confidentiality`, code: 'N', display: 'normal' }];

/**
 * As Athena's sandbox answers: ids with dots, a security label on everything, Organizations that are named and never sent,
 * documents inside their DocumentReference or nowhere at all; and one id that two types share.
 */
export function athena(seed: number): Dialect {
  const idOf = (type: ResourceType, key: string): string =>
    type === 'CareTeam'
      ? idOf('Patient', 'person')
      : `a-195900.${type.slice(0, 1)}-${makeRandom(seed, type, key).int(10_000, 99_999_999)}`;
  return {
    id: idOf,
    reference: (type, id) => `${type}/${id}`,
    attachment: (id) => `Binary/${id}`,
    sends: ({ resourceType }) => resourceType !== 'Organization' && resourceType !== 'Binary',
    shape(resource, find) {
      const shaped = resource.resourceType === 'DocumentReference' ? withoutBinary(resource, find) : resource;
      return [{ ...shaped, meta: { security: SECURITY } } as Resource];
    },
  };
}

function withoutBinary(
  document: DocumentReference,
  find: (type: ResourceType, key: string) => Resource | undefined,
): DocumentReference {
  const binary = find('Binary', `${document.id}`);
  const visit = Number(/\d+/.exec(document.id ?? '')?.[0]);
  const data = binary?.resourceType === 'Binary' && visit % 3 !== 2 ? binary.data : undefined;
  const attachment =
    data === undefined
      ? { contentType: 'application/octet-stream', title: 'Not available' }
      : { contentType: 'text/html', data };
  return { ...document, content: [{ attachment }] };
}
