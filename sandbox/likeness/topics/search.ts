import { randomUUID } from 'node:crypto';
import type { Bundle, Observation, Patient } from '@medplum/fhirtypes';
import { familiesOf, named, storePatients, threePatients } from '../find-patients.ts';
import { likeness } from '../likeness.ts';
import { newSource, observationOf, patientOf } from '../make-resources.ts';
import type { World } from '../open-world.ts';
import { resourceOf, resourcesOf, said } from '../said.ts';

const SYSTEM = 'urn:likeness:identifier';

/** What each of these queries finds among the same Patients, by name. */
async function foundBy(world: World, patients: readonly Partial<Patient>[], queries: readonly string[]) {
  const source = await storePatients(world, patients);
  const found: Record<string, readonly string[]> = {};
  for (const query of queries) {
    found[query] = (await familiesOf(world, `_source=${source}&${query}`)).toSorted();
  }
  return found;
}

/** What each query finds of the three. */
const BY_KIND = {
  'gender=male': ['Ant'],
  'gender=male,female': ['Ant', 'Bee'],
  'gender:not=male': ['Bee', 'Cat'],
  'gender:missing=true': ['Cat'],
  'active=true': ['Ant'],
  'name=an': ['Ant'],
  'family=BEE': ['Bee'],
  'family:exact=bee': [],
  'family:contains=e': ['Bee'],
  'birthdate=1990-06-15': ['Bee'],
  'birthdate=1990': ['400 Invalid date value: 1990'],
  'birthdate=gt1985-01-01': ['Bee', 'Cat'],
  'birthdate=ge1990-06-15': ['Bee', 'Cat'],
  'birthdate=lt1990-06-15': ['Ant'],
  'birthdate=le1990-06-15': ['Ant', 'Bee'],
  'birthdate=ne1990-06-15': ['Ant', 'Cat'],
  'birthdate=sa1990-06-15': ['Cat'],
  'birthdate=eb1990-06-15': ['Ant'],
  'birthdate=gt1985-01-01&birthdate=lt1995-01-01': ['Bee'],
};

/** How many Observations each query finds of the one that is coded. */
const BY_CODE = {
  'code=8867-4': 1,
  'code=http://loinc.org|8867-4': 1,
  'code=http://loinc.org|': 1,
  'code=urn:other|8867-4': 0,
  'code=8867-4,other': 1,
  'code:text=heart': 1,
  'code:not=8867-4': 0,
};

/** What each filter finds of the three. */
const BY_FILTER = {
  'gender eq male': ['Ant'],
  'gender ne male': ['Bee', 'Cat'],
  'name co nt': ['Ant'],
  'gender eq male or gender eq female': ['Ant', 'Bee'],
  '(gender eq male) and (birthdate gt 1990-01-01)': [],
};

/** Searches by the parameters that everything rests on; more types in topics of their own. */
export const search = [
  likeness('by token, string and date, with modifiers and prefixes', BY_KIND, async (world) =>
    foundBy(world, threePatients, Object.keys(BY_KIND)),
  ),

  likeness(
    'by identifier, with and without its system',
    [['Ant'], ['Ant', 'Bee'], ['Bee'], ['Ant', 'Cat']],
    async (world) => {
      const value = randomUUID();
      const patients = [
        named('Ant', { identifier: [{ system: SYSTEM, value }] }),
        named('Bee', { identifier: [{ value }] }),
        named('Cat', { identifier: [{ system: SYSTEM, value: `${value}-b` }] }),
      ];
      const found = await foundBy(world, patients, [
        `identifier=${SYSTEM}|${value}`,
        `identifier=${value}`,
        `identifier=|${value}`,
        `identifier=${SYSTEM}|`,
      ]);
      return Object.values(found);
    },
  ),

  likeness(
    'by _id, _source, _tag, _security and _profile',
    [['Ant'], ['Ant'], [], ['Ant', 'Bee'], ['Ant'], ['Ant'], ['Bee'], ['Ant'], ['Ant']],
    async (world) => {
      const code = randomUUID();
      const meta = {
        tag: [{ system: SYSTEM, code }],
        security: [{ system: SYSTEM, code }],
        profile: [`http://example.com/${code}`],
      };
      const source = await storePatients(world, [named('Ant', { meta }), named('Bee')]);
      const answer = await world.member.call('GET', `Patient?_source=${source}`);
      const [{ id = '' } = {}] = resourcesOf<Patient>(answer).filter(({ name }) => name?.[0]?.family === 'Ant');
      const queries = [
        `_id=${id}`,
        `_id=${id},${randomUUID()}`,
        '_id=eXYZ',
        `_source=${source}`,
        `_tag=${SYSTEM}|${code}`,
        `_tag=${code}`,
        `_tag:not=${SYSTEM}|${code}&_source=${source}`,
        `_security=${SYSTEM}|${code}`,
        `_profile=http://example.com/${code}`,
      ];
      const found: (readonly string[])[] = [];
      for (const query of queries) found.push((await familiesOf(world, query)).toSorted());
      return found;
    },
  ),

  likeness(
    'a source is found by all of itself, whatever signs are in it',
    {
      '#': true,
      '%': true,
      '+': true,
      '=': true,
      '?': true,
      '&': true,
      '/': true,
      ' ': false,
      ',': true,
      ', bare': false,
      '|': true,
      '| bare': true,
      $: true,
      '$ bare': true,
      '\\': true,
      '\\ bare': false,
    },
    async (world) => {
      const found: Record<string, boolean> = {};
      for (const sign of ['#', '%', '+', '=', '?', '&', '/', ' ', ',', '|', '$', '\\']) {
        const source = `${newSource(world)}:a${sign}b`;
        await world.member.call('POST', 'Patient', patientOf(source));
        const search = async (text: string) => {
          const query = `Patient?_source=${encodeURIComponent(text)}`;
          return resourcesOf(await world.member.call('GET', query)).length === 1;
        };
        const escaped = source.replaceAll(/[,|$\\]/g, (character) => `\\${character}`);
        found[sign] = await search(escaped);
        if (escaped !== source) found[`${sign} bare`] = await search(source);
      }
      return found;
    },
  ),

  likeness('_source knows no modifier', [[], []], async (world) => {
    const source = await storePatients(world, [named('Ant')]);
    const queries = [`_source:below=${source.slice(0, -5)}`, `_source:contains=${source.slice(5)}`];
    return Promise.all(queries.map((query) => familiesOf(world, query)));
  }),

  likeness(
    'a very long source is stored, but found only up to a length',
    { '2000 (201)': 1, '2611 (201)': 1, '3111 (201)': 0 },
    async (world) => {
      const found: Record<string, number> = {};
      for (const length of [2000, 2611, 3111]) {
        const source = `${newSource(world)}:`.padEnd(length, 'x');
        const { status } = await world.member.call('POST', 'Patient', patientOf(source));
        const query = { _source: source };
        const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
        const text = new URLSearchParams(query).toString();
        const answer = await world.member.call('POST', 'Patient/_search', text, form);
        found[`${length} (${status})`] = resourcesOf(answer).length;
      }
      return found;
    },
  ),

  likeness('a form _search is like a GET', [200, 1, 'searchset'], async (world) => {
    const source = await storePatients(world, threePatients);
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const answer = await world.member.call('POST', 'Patient/_search', `_source=${source}&gender=male`, form);
    return [answer.status, resourcesOf<Patient>(answer).length, (answer.json as Bundle).type];
  }),

  likeness('a parameter that does not exist is 400', '400 Unknown search parameter: nonsense', async ({ member }) =>
    said(await member.call('GET', 'Patient?nonsense=1')),
  ),

  likeness('a date and a number that are none are 400', [400, 400, 400], async ({ member }) => {
    const queries = ['Patient?birthdate=yesterday', 'Observation?value-quantity=lots', 'Patient?_lastUpdated=gt'];
    return (await Promise.all(queries.map((query) => member.call('GET', query)))).map(({ status }) => status);
  }),

  likeness('Binary cannot be searched', '400 Cannot search on Binary resource type', async ({ member }) =>
    said(await member.call('GET', 'Binary?_id=x')),
  ),

  likeness('a type that does not exist cannot be searched', '400 Unknown resource type', async ({ member }) =>
    said(await member.call('GET', 'Nonsense?_id=x')),
  ),

  likeness('what was deleted is not found', [], async (world) => {
    const source = await storePatients(world, threePatients.slice(0, 1));
    await world.member.call('DELETE', `Patient?_source=${source}`);
    return familiesOf(world, `_source=${source}`);
  }),

  likeness('of several types at once', [200, ['Observation', 'Patient']], async (world) => {
    const source = await storePatients(world, threePatients.slice(0, 1));
    await world.member.call('POST', 'Observation', observationOf(undefined, { meta: { source } }));
    const answer = await world.member.call('GET', `?_type=Patient,Observation&_source=${source}`);
    return [
      answer.status,
      resourcesOf(answer)
        .map(({ resourceType }) => resourceType)
        .toSorted(),
    ];
  }),

  likeness(
    'by reference, by compartment, and with what is referred to',
    [
      [200, 'Observation match'],
      [200, 'Observation match'],
      [200, 'Observation match'],
      [200, 'Observation match'],
      [200, 'Observation match'],
      [200, 'Observation match'],
      [404],
      [200, 'Observation match', 'Patient include'],
      [400],
      [200, 'Observation include', 'Patient match'],
      [200],
    ],
    async (world) => {
      const source = newSource(world);
      const { id } = resourceOf<Patient>(await world.member.call('POST', 'Patient', patientOf(source)));
      const observation: Observation = observationOf(`Patient/${id}`, { meta: { source } });
      await world.member.call('POST', 'Observation', observation);
      const queries = [
        `Observation?subject=Patient/${id}`,
        `Observation?subject=${id}`,
        `Observation?patient=${id}`,
        `Observation?patient=Patient/${id}`,
        `Observation?_compartment=Patient/${id}`,
        `Observation?_compartment=${id}`,
        `Patient/${id}/Observation`,
        `Observation?_source=${source}&_include=Observation:subject`,
        `Observation?_source=${source}&_include=Observation:nonsense`,
        `Patient?_id=${id}&_revinclude=Observation:subject`,
        `Observation?subject:missing=true&_source=${source}`,
      ];
      const found: unknown[] = [];
      for (const query of queries) {
        const { status, json } = await world.member.call('GET', query);
        const entries = (json as Bundle).entry ?? [];
        found.push([status, ...entries.map((one) => `${one.resource?.resourceType} ${one.search?.mode}`).toSorted()]);
      }
      return found;
    },
  ),

  likeness('by code: token with and without system, :text, and of an uncoded one', BY_CODE, async (world) => {
    const source = newSource(world);
    const coded = { coding: [{ system: 'http://loinc.org', code: '8867-4' }], text: 'Heart rate' };
    await world.member.call('POST', 'Observation', observationOf(undefined, { meta: { source }, code: coded }));
    const found: Record<string, number> = {};
    for (const query of Object.keys(BY_CODE)) {
      found[query] = resourcesOf(await world.member.call('GET', `Observation?_source=${source}&${query}`)).length;
    }
    return found;
  }),

  likeness('_filter with eq, ne, co, and, or', BY_FILTER, async (world) => {
    const source = await storePatients(world, threePatients);
    const found: Record<string, readonly string[]> = {};
    for (const filter of Object.keys(BY_FILTER)) {
      found[filter] = (await familiesOf(world, `_source=${source}&_filter=${encodeURIComponent(filter)}`)).toSorted();
    }
    return found;
  }),
];
