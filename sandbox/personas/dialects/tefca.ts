import type { Composition, Resource } from '@medplum/fhirtypes';
import { LOINC } from '../../generator/codes/systems.ts';
import { uuid } from '../../generator/make-ids.ts';
import { makeRandom } from '../../generator/make-random.ts';
import type { Dialect, ResourceType } from './dialect.ts';

/** What a C-CDA holds, and in which section (LOINC). */
const SECTIONS: readonly (readonly [code: string, title: string, type: ResourceType])[] = [
  ['48765-2', 'Allergies and adverse reactions Document', 'AllergyIntolerance'],
  ['10160-0', 'History of Medication use Narrative', 'MedicationRequest'],
  ['11450-4', 'Problem list - Reported', 'Condition'],
  ['11369-6', 'History of Immunization Narrative', 'Immunization'],
  ['30954-2', 'Relevant diagnostic tests/laboratory data Narrative', 'Observation'],
];

/** Converted C-CDA: UUIDs made of names (version 3), but the Patient under the id that the exchange gave; no `meta`. */
export function tefca(seed: number): Dialect {
  return {
    id: (type, key) =>
      type === 'Patient' ? `ias-${seed}` : uuid(makeRandom(seed, type, key)).replace(/-4(...)-/, '-3$1-'),
    reference: (type, id) => `${type}/${id}`,
    attachment: (id) => `Binary/${id}`,
    sends: ({ resourceType }) => resourceType !== 'CareTeam',
    shape: (resource) => [resource],
  };
}

/**
 * What a conversion makes of one document: the Composition that was its body, first, and what its sections name; then the
 * document itself.
 *
 * @param resources - The story, ids neutral.
 * @param xml - The C-CDA.
 */
export function asConverted(resources: readonly Resource[], xml: string): Resource[] {
  const converted = resources.filter(({ resourceType }) => !['Binary', 'DocumentReference'].includes(resourceType));
  return [
    compose(converted),
    {
      resourceType: 'Binary',
      id: 'summary',
      contentType: 'application/xml',
      data: Buffer.from(xml).toString('base64'),
    },
    {
      resourceType: 'DocumentReference',
      id: 'summary',
      status: 'current',
      type: { coding: [{ system: LOINC, code: '34133-9', display: 'Summary of episode note' }] },
      subject: { reference: 'Patient/person' },
      date: '2026-10-18T09:00:00Z',
      content: [
        {
          attachment: { contentType: 'application/xml', url: 'Binary/summary' },
          format: {
            system: 'http://ihe.net/fhir/ValueSet/IHE.FormatCode.codesystem',
            code: 'urn:hl7-org:sdwg:ccda-structuredBody:2.1',
          },
        },
      ],
    },
    ...converted,
  ];
}

function compose(resources: readonly Resource[]): Composition {
  return {
    resourceType: 'Composition',
    id: 'summary',
    status: 'final',
    type: { coding: [{ system: LOINC, code: '34133-9', display: 'Summary of episode note' }] },
    subject: { reference: 'Patient/person' },
    date: '2026-10-18T09:00:00Z',
    author: [{ reference: 'Practitioner/doctor-0' }],
    title: 'Continuity of Care Document',
    custodian: { reference: 'Organization/site' },
    section: SECTIONS.map(([code, display, type]) => ({
      title: display,
      code: { coding: [{ system: LOINC, code, display }] },
      entry: resources
        .filter(({ resourceType }) => resourceType === type)
        .map(({ id }) => ({ reference: `${type}/${id}` })),
    })),
  };
}
