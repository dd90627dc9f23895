import type { Patient } from '@medplum/fhirtypes';
import { likeness } from '../likeness.ts';
import { newSource, observationOf, patientOf } from '../make-resources.ts';
import type { World } from '../open-world.ts';
import { resourceOf, withoutIds } from '../said.ts';

async function ask({ member }: World, query: string): Promise<unknown> {
  const { status, text } = await member.call('POST', '$graphql', { query }, { 'Content-Type': 'application/json' });
  const { data, errors } = JSON.parse(withoutIds(text)) as { data?: unknown; errors?: { message: string }[] };
  return [status, data ?? null, ...(errors ?? []).map(({ message }) => message)];
}

async function newPatient(world: World, source = newSource(world)): Promise<string> {
  const patient = patientOf(source, { name: [{ given: ['Kim'], family: 'Likeness' }] });
  return resourceOf<Patient>(await world.member.call('POST', 'Patient', patient)).id;
}

/** `$graphql`: reading, searching, references both ways, and what it refuses. */
export const graphql = [
  likeness(
    'reads one resource',
    [200, { Patient: { resourceType: 'Patient', name: [{ given: ['Kim'], family: 'Likeness' }] } }],
    async (world) => ask(world, `{ Patient(id: "${await newPatient(world)}") { resourceType name { given family } } }`),
  ),

  likeness('searches', [200, { PatientList: [{ name: [{ family: 'Likeness' }] }] }], async (world) => {
    const source = newSource(world);
    await newPatient(world, source);
    return ask(world, `{ PatientList(_source: "${source}") { name { family } } }`);
  }),

  likeness(
    'follows references, there and back',
    [
      [200, { ObservationList: [{ subject: { resource: { name: [{ family: 'Likeness' }] } } }] }],
      [200, { Patient: { ObservationList: [{ status: 'final' }] } }],
    ],
    async (world) => {
      const source = newSource(world);
      const id = await newPatient(world, source);
      await world.member.call('POST', 'Observation', observationOf(`Patient/${id}`, { meta: { source } }));
      return [
        await ask(
          world,
          `{ ObservationList(_source: "${source}") { subject { resource { ... on Patient { name { family } } } } } }`,
        ),
        await ask(world, `{ Patient(id: "${id}") { ObservationList(_reference: subject) { status } } }`),
      ];
    },
  ),

  likeness(
    'counts and pages by a connection',
    [
      200,
      {
        PatientConnection: {
          count: 1,
          offset: 0,
          pageSize: 20,
          edges: [{ mode: 'match', resource: { name: [{ family: 'Likeness' }] } }],
        },
      },
    ],
    async (world) => {
      const source = newSource(world);
      await newPatient(world, source);
      return ask(
        world,
        `{ PatientConnection(_source: "${source}") { count offset pageSize edges { mode resource { name { family } } } } }`,
      );
    },
  ),

  likeness('one that is not there is null with an error', [200, { Patient: null }, 'Not found'], async (world) =>
    ask(world, '{ Patient(id: "00000000-0000-4000-8000-000000000000") { id } }'),
  ),

  likeness(
    'a field that does not exist, and no query at all',
    [
      [400, null],
      [400, null],
    ],
    async (world) => [await ask(world, '{ Patient(id: "x") { nonsense } }'), await ask(world, '')],
  ),

  likeness('tells its schema', [200, { __type: { kind: 'OBJECT', name: 'Patient' } }], async (world) =>
    ask(world, '{ __type(name: "Patient") { kind name } }'),
  ),
];
