import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { AsyncJob, Bundle, BundleEntry, Observation, Patient } from '@medplum/fhirtypes';
import { bundleOf } from '../../medplum/open-sandbox.ts';
import { likeness } from '../likeness.ts';
import { invalidPatient, newSource, newUrn, observationOf, patientOf } from '../make-resources.ts';
import type { World } from '../open-world.ts';
import { said, saidOfEntries, withoutIds } from '../said.ts';

const post = (world: World, bundle: unknown, headers?: Record<string, string>) =>
  world.member.call('POST', '', bundle, headers);
const batchOf = (entry: BundleEntry[]): Bundle => ({ resourceType: 'Bundle', type: 'batch', entry });
const postOf = (resource: Observation | Patient, fullUrl?: string): BundleEntry => ({
  ...(fullUrl && { fullUrl }),
  request: { method: 'POST', url: resource.resourceType },
  resource,
});
const resourcesIn = (json: unknown) => ((json as Bundle).entry ?? []).map(({ resource }) => resource);

/** Bundles of type batch, sync and async. */
export const batches = [
  likeness(
    'always 200, with a status for each entry',
    ['200', 'batch-response', '201 Created', '400 Invalid date format', '404 Not found'],
    async (world) => {
      const read: BundleEntry = { request: { method: 'GET', url: `Patient/${randomUUID()}` } };
      const answer = await post(world, bundleOf('batch', [patientOf(newSource(world)), invalidPatient], [read]));
      return [said(answer), (answer.json as Bundle).type, ...saidOfEntries(answer)];
    },
  ),

  likeness(
    'what an entry’s response holds',
    [['location', 'outcome', 'status'], 'Patient/<id>', true, []],
    async (world) => {
      const { json } = await post(world, bundleOf('batch', [patientOf(newSource(world))]));
      const { response, resource, ...more } = (json as Bundle).entry?.[0] ?? {};
      return [
        Object.keys(response ?? {}).toSorted(),
        withoutIds(response?.location ?? ''),
        !!resource,
        Object.keys(more),
      ];
    },
  ),

  likeness('ids in the bodies are ignored', ['201 Created', false], async (world) => {
    const id = randomUUID();
    const answer = await post(world, bundleOf('batch', [{ ...patientOf(newSource(world)), id }]));
    return [...saidOfEntries(answer), resourcesIn(answer.json)[0]?.id === id];
  }),

  likeness(
    'deletions come first, then creates, updates and reads',
    ['200 All OK', '200 All OK', '200 All OK', '200 All OK', '200 All OK', '200 All OK', '200 All OK'],
    async (world) => {
      const source = newSource(world);
      const { json } = await post(world, bundleOf('batch', [patientOf(source)]));
      const id = resourcesIn(json)[0]?.id ?? '';
      const patch = Buffer.from('[{"op":"add","path":"/active","value":true}]').toString('base64');
      const answer = await post(
        world,
        batchOf([
          { request: { method: 'GET', url: `Patient?_source=${source}` } },
          {
            request: { method: 'PUT', url: `Patient/${id}` },
            resource: { ...patientOf(source, { gender: 'male' }), id },
          },
          {
            request: { method: 'PATCH', url: `Patient/${id}` },
            resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data: patch },
          },
          { request: { method: 'GET', url: `Patient/${id}` } },
          { request: { method: 'GET', url: `Patient/${id}/_history` } },
          { request: { method: 'DELETE', url: `Patient/${id}` } },
          { request: { method: 'GET', url: `Patient/${id}` } },
        ]),
      );
      return saidOfEntries(answer);
    },
  ),

  likeness(
    'urn:uuid is rewritten forwards, backwards and in identifiers; nothing else is',
    ['"reference":"Patient/<patient>"', '"reference":"Patient/eXYZ"', '"value":"Patient/<patient>"'],
    async (world) => {
      const fullUrl = newUrn();
      const entry = [
        postOf(observationOf(fullUrl)),
        postOf(patientOf(newSource(world)), fullUrl),
        postOf(observationOf('Patient/eXYZ', { identifier: [{ value: fullUrl }] })),
      ];
      const [before, patient, after] = resourcesIn((await post(world, batchOf(entry))).json);
      const texts = [before, after].map((one) => JSON.stringify(one).replaceAll(patient?.id ?? 'none', '<patient>'));
      return texts.flatMap((text) => text.match(/"(reference|value)":"[^"]*"/g) ?? []);
    },
  ),

  likeness(
    'an entry that points at one that failed is stored all the same',
    ['400 Invalid date format', '201 Created', 'Patient/<id>', '404 Not found'],
    async (world) => {
      const fullUrl = newUrn();
      const answer = await post(world, batchOf([postOf(invalidPatient, fullUrl), postOf(observationOf(fullUrl))]));
      const reference = (resourcesIn(answer.json)[1] as Observation | undefined)?.subject?.reference ?? '';
      return [...saidOfEntries(answer), withoutIds(reference), said(await world.member.call('GET', reference))];
    },
  ),

  likeness(
    'an ifMatch that is stale fails its entry alone',
    ['201 Created', '412 Precondition Failed'],
    async (world) => {
      const source = newSource(world);
      const { json } = await post(world, bundleOf('batch', [patientOf(source)]));
      const id = resourcesIn(json)[0]?.id ?? '';
      const stale: BundleEntry = {
        request: { method: 'PUT', url: `Patient/${id}`, ifMatch: `W/"${randomUUID()}"` },
        resource: { ...patientOf(source, { gender: 'male' }), id },
      };
      return saidOfEntries(await post(world, bundleOf('batch', [patientOf(newSource(world))], [stale])));
    },
  ),

  likeness('five hundred sources are looked up by one entry', [3, ['id', 'meta', 'resourceType']], async (world) => {
    const sources = Array.from({ length: 500 }, () => newSource(world));
    await post(
      world,
      bundleOf(
        'batch',
        sources.slice(0, 3).map((source) => patientOf(source)),
      ),
    );
    const url = `Patient?_source=${sources.join(',')}&_fields=meta&_count=1000`;
    const { json } = await post(world, batchOf([{ request: { method: 'GET', url } }]));
    const found = resourcesIn(json)[0] as Bundle | undefined;
    return [found?.entry?.length, Object.keys(found?.entry?.[0]?.resource ?? {}).toSorted()];
  }),

  likeness('Prefer: return=minimal answers nothing at all', [200, ''], async (world) => {
    const prefer = { Prefer: 'return=minimal' };
    const { status, text } = await post(world, bundleOf('batch', [patientOf(newSource(world))]), prefer);
    return [status, text];
  }),

  likeness(
    'an empty batch, one without entries, and a bundle of no such type',
    [
      '400 "text":"Missing bundle entries"',
      '400 "text":"Missing bundle entries"',
      '400 "text":"Unrecognized bundle type: collection"',
      '400 "text":"Unrecognized bundle type: undefined"',
      '400 "text":"Not a bundle"',
    ],
    async (world) => {
      const bundles = [
        batchOf([]),
        { resourceType: 'Bundle', type: 'batch' },
        { resourceType: 'Bundle', type: 'collection', entry: [] },
        { resourceType: 'Bundle', entry: [] },
        patientOf('urn:x'),
      ];
      const said: string[] = [];
      for (const bundle of bundles) {
        const answer = await post(world, bundle);
        said.push([answer.status, ...saidOfAnswer(answer)].join(' '));
      }
      return said;
    },
  ),

  likeness(
    'entries that make no sense',
    [
      '400 Missing Bundle entry request method',
      '400 Missing Bundle entry request URL',
      '400 Unknown resource type',
      "400 Cannot read properties of undefined (reading 'resourceType')",
      '404 Not found',
    ],
    async (world) =>
      saidOfEntries(
        await post(
          world,
          batchOf([
            {},
            { request: { method: 'GET', url: '' } },
            { request: { method: 'GET', url: 'Nonsense' } },
            { request: { method: 'POST', url: 'Patient' } },
            { request: { method: 'HEAD', url: 'Patient' } },
          ]),
        ),
      ),
  ),

  likeness(
    'asked to be asynchronous, a batch of over 1 MB is taken and told of by a job',
    ['202 Accepted', '/fhir/R4/job/<id>/status', 'completed', 'results', ['201 Created', '201 Created']],
    async (world) => {
      const big = () =>
        patientOf(newSource(world), { extension: [{ url: 'urn:x', valueString: 'x'.repeat(600_000) }] });
      const prefer = { Prefer: 'respond-async' };
      const answer = await post(world, bundleOf('batch', [big(), big()]), prefer);
      const { pathname } = new URL(answer.headers.get('Content-Location') ?? '', world.baseUrl);
      let job = await world.member.call('GET', pathname);
      while (job.status === 202) {
        await pause(50);
        job = await world.member.call('GET', pathname);
      }
      const { status, output } = job.json as AsyncJob;
      const [results] = output?.parameter ?? [];
      const binary = await world.member.call('GET', results?.valueReference?.reference ?? 'Binary/none');
      return [said(answer), withoutIds(pathname), status, results?.name, saidOfEntries(binary)];
    },
  ),

  likeness(
    'a transaction is refused asynchronously',
    '400 Transaction batches cannot be executed asynchronously',
    async (world) =>
      said(await post(world, bundleOf('transaction', [patientOf(newSource(world))]), { Prefer: 'respond-async' })),
  ),
];

function saidOfAnswer({ json }: { json: unknown }): string[] {
  const text = JSON.stringify(json) ?? '';
  return text.match(/"(type|text)":"[^"]*"/g) ?? [];
}
