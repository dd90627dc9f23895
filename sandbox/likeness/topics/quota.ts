import { randomUUID } from 'node:crypto';
import type { Answer } from '../../medplum/open-sandbox.ts';
import { likeness } from '../likeness.ts';
import { newSource, patientOf } from '../make-resources.ts';
import type { World } from '../open-world.ts';
import { resourceOf } from '../said.ts';

const PART = /"(?<name>\w+)";r=(?<left>\d+);t=(?<seconds>\d+)/g;

function limitsOf({ headers }: Answer): Map<string, number> {
  const parts = (headers.get('RateLimit') ?? '').matchAll(PART);
  return new Map([...parts].map(({ groups = {} }) => [groups.name ?? '', Number(groups.left)]));
}

/** Units that a request costs: the least of several tries, since others may use the same quota and a minute may end between. */
async function costOf(world: World, ask: () => Promise<Answer>): Promise<number> {
  const costs: number[] = [];
  for (let n = 0; n < 4; n++) {
    const before = limitsOf(await world.member.call('GET', `Patient/${randomUUID()}`)).get('fhirInteractions') ?? 0;
    const after = limitsOf(await ask()).get('fhirInteractions') ?? 0;
    if (after < before) costs.push(before - after);
  }
  return Math.min(...costs);
}

/** What is counted, and how it is told. */
export const quota = [
  likeness('a reply to a FHIR request tells both limits', ['requests', 'fhirInteractions'], async ({ member }) => [
    ...limitsOf(await member.call('GET', `Patient/${randomUUID()}`)).keys(),
  ]),

  likeness('a reply to any other request tells one', [['requests'], ['requests'], ['requests']], async ({ member }) => {
    const answers = ['/auth/me', '/healthcheck', '/fhir/R4/metadata'].map((path) => member.call('GET', path));
    return (await Promise.all(answers)).map((answer) => [...limitsOf(answer).keys()]);
  }),

  likeness(
    'a read costs 1, a search 20, a history 10, a write 100',
    { read: 1, vread: 1, history: 10, search: 20, create: 100, identicalUpdate: 100, refusedCreate: 100 },
    async (world) => {
      const source = newSource(world);
      const { id } = resourceOf(await world.member.call('POST', 'Patient', patientOf(source)));
      const call = (method: string, path: string, body?: unknown) =>
        costOf(world, () => world.member.call(method, path, body));
      return {
        read: await call('GET', `Patient/${id}`),
        vread: await call('GET', `Patient/${id}/_history/${randomUUID()}`),
        history: await call('GET', `Patient/${id}/_history`),
        search: await call('GET', `Patient?_source=${source}`),
        create: await call('POST', 'Patient', patientOf(source)),
        identicalUpdate: await call('PUT', `Patient/${id}`, { ...patientOf(source), id }),
        refusedCreate: await call('POST', 'Patient', { resourceType: 'Patient', nonsense: 1 }),
      };
    },
  ),

  likeness('a bundle costs what its entries cost', 21, async (world) => {
    const entry = [
      { request: { method: 'GET', url: `Patient/${randomUUID()}` } },
      { request: { method: 'GET', url: `Patient?_source=${newSource(world)}` } },
    ];
    return costOf(world, () => world.member.call('POST', '', { resourceType: 'Bundle', type: 'batch', entry }));
  }),
];
