import { randomUUID } from 'node:crypto';
import type { Bundle, Patient } from '@medplum/fhirtypes';
import { likeness } from '../likeness.ts';
import { newSource, patientOf } from '../make-resources.ts';
import type { World } from '../open-world.ts';
import { resourceOf, said, withoutIds } from '../said.ts';

/** A Patient with three versions: no gender, male, female. */
async function threeVersions(world: World): Promise<{ id: string; versions: string[] }> {
  const source = newSource(world);
  const first = resourceOf<Patient>(await world.member.call('POST', 'Patient', patientOf(source)));
  const versions = [first.meta?.versionId ?? ''];
  for (const gender of ['male', 'female'] as const) {
    const body = { ...patientOf(source, { gender }), id: first.id };
    const { meta } = resourceOf<Patient>(await world.member.call('PUT', `Patient/${first.id}`, body));
    versions.push(meta?.versionId ?? '');
  }
  return { id: first.id, versions };
}

const gendersOf = ({ entry = [] }: Bundle) =>
  entry.map(({ resource }) => (resource as Patient | undefined)?.gender ?? '-');

/** Versions and what remains of what was deleted. */
export const history = [
  likeness('the newest version comes first', ['history', 3, ['female', 'male', '-']], async (world) => {
    const { id } = await threeVersions(world);
    const { json } = await world.member.call('GET', `Patient/${id}/_history`);
    return [(json as Bundle).type, (json as Bundle).total, gendersOf(json as Bundle)];
  }),

  likeness(
    'what an entry holds',
    ['/fhir/R4/Patient/<id>', 'GET', 'Patient/<id>/_history/<id>', '200'],
    async (world) => {
      const { id } = await threeVersions(world);
      const [entry] = ((await world.member.call('GET', `Patient/${id}/_history`)).json as Bundle).entry ?? [];
      return [
        withoutIds(new URL(entry?.fullUrl ?? '').pathname),
        entry?.request?.method,
        withoutIds(entry?.request?.url ?? ''),
        entry?.response?.status,
      ];
    },
  ),

  likeness('pages by _count and _offset', [['female'], ['male'], ['-'], ['female', 'male', '-']], async (world) => {
    const { id } = await threeVersions(world);
    const pages: unknown[] = [];
    for (const query of ['_count=1', '_count=1&_offset=1', '_count=2&_offset=2', '_count=0']) {
      pages.push(gendersOf((await world.member.call('GET', `Patient/${id}/_history?${query}`)).json as Bundle));
    }
    return pages;
  }),

  likeness('an old version is read as it was', ['200', 'male'], async (world) => {
    const { id, versions } = await threeVersions(world);
    const answer = await world.member.call('GET', `Patient/${id}/_history/${versions[1]}`);
    return [said(answer), (answer.json as Patient).gender];
  }),

  likeness('a version that there never was', ['404 Not found', '404 Not found', '404 Not found'], async (world) => {
    const { id } = await threeVersions(world);
    const paths = [
      `Patient/${id}/_history/${randomUUID()}`,
      `Patient/${id}/_history/1`,
      `Patient/${randomUUID()}/_history`,
    ];
    return (await Promise.all(paths.map((path) => world.member.call('GET', path)))).map(said);
  }),

  likeness(
    'after a deletion it still gives the content',
    [['-', 'female', 'male', '-'], '410', '200', '400 Unexpected end of JSON input'],
    async (world) => {
      const { id, versions } = await threeVersions(world);
      await world.member.call('DELETE', `Patient/${id}`);
      const bundle = (await world.member.call('GET', `Patient/${id}/_history`)).json as Bundle;
      const [deletion] = bundle.entry ?? [];
      const old = await world.member.call('GET', `Patient/${id}/_history/${versions[2]}`);
      const version = deletion?.request?.url?.split('/').at(-1);
      return [
        gendersOf(bundle),
        deletion?.response?.status,
        said(old),
        said(await world.member.call('GET', `Patient/${id}/_history/${version}`)),
      ];
    },
  ),
];
