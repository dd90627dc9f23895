import { randomUUID } from 'node:crypto';
import type { Basic, Bundle, BundleEntry, OperationOutcome, Provenance, Resource } from '@medplum/fhirtypes';
import { bundleOf } from '../../medplum/open-sandbox.ts';
import { likeness } from '../likeness.ts';
import { createOnce, invalidPatient, newSource, observationOf, patientOf } from '../make-resources.ts';
import type { World } from '../open-world.ts';
import { resourceOf, said, saidOfEntries } from '../said.ts';

const post = ({ member }: World, bundle: unknown) => member.call('POST', '', bundle);

async function countOf({ member }: World, source: string): Promise<number> {
  return ((await member.call('GET', `Patient?_source=${source}&_count=1000`)).json as Bundle).entry?.length ?? 0;
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

const transactionOf = (entry: BundleEntry[]): Bundle => ({ resourceType: 'Bundle', type: 'transaction', entry });

async function newBasic(world: World): Promise<Basic & { readonly id: string }> {
  const meta = { source: newSource(world) };
  return resourceOf<Basic>(
    await world.member.call('POST', 'Basic', { resourceType: 'Basic', meta, code: { text: 'lane' } }),
  );
}

const putOf = (resource: Resource, ifMatch?: string): BundleEntry => ({
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}`, ...(ifMatch && { ifMatch }) },
  resource,
});

/** Bundles of type transaction, in a project that has them and in one that has not. */
export const transactions = [
  likeness(
    'stores everything and answers each entry',
    ['200', 'transaction-response', '201 Created', '201 Created', '201 Created', 3],
    async (world) => {
      const source = newSource(world);
      const answer = await post(
        world,
        bundleOf(
          'transaction',
          times(3, () => patientOf(source)),
        ),
      );
      return [said(answer), (answer.json as Bundle).type, ...saidOfEntries(answer), await countOf(world, source)];
    },
  ),

  likeness(
    'that fails is one OperationOutcome, names no entry and stores nothing',
    ['400 Invalid date format', ['Patient.birthDate'], 0],
    async (world) => {
      const source = newSource(world);
      const answer = await post(world, bundleOf('transaction', [patientOf(source), invalidPatient]));
      const expressions = (answer.json as OperationOutcome).issue.flatMap(({ expression = [] }) => expression);
      return [said(answer), expressions, await countOf(world, source)];
    },
  ),

  likeness('with a stale ifMatch goes back as a whole', ['412 Precondition Failed', 0], async (world) => {
    const source = newSource(world);
    const lane = await newBasic(world);
    const stale = putOf({ ...lane, code: { text: 'fenced' } }, `W/"${randomUUID()}"`);
    const answer = await post(world, bundleOf('transaction', [patientOf(source)], [stale]));
    return [said(answer), await countOf(world, source)];
  }),

  likeness('with a fresh ifMatch is stored', ['201 Created', '200 All OK'], async (world) => {
    const lane = await newBasic(world);
    const fresh = putOf({ ...lane, code: { text: 'fenced' } }, `W/"${lane.meta?.versionId}"`);
    return saidOfEntries(await post(world, bundleOf('transaction', [patientOf(newSource(world))], [fresh])));
  }),

  likeness(
    'takes fifty updates, and refuses fifty-one',
    ['200', '400 Transaction contains more update operations than allowed'],
    async (world) => {
      const source = newSource(world);
      const made = await post(
        world,
        bundleOf(
          'transaction',
          times(51, () => patientOf(source)),
        ),
      );
      const updates = ((made.json as Bundle).entry ?? []).map(({ resource }) =>
        putOf({ ...patientOf(source, { gender: 'male' }), id: resource?.id ?? '' }),
      );
      return [
        said(await post(world, transactionOf(updates.slice(1)))),
        said(await post(world, transactionOf(updates))),
      ];
    },
  ),

  likeness(
    'takes eight entries as soon as one is conditional, and refuses nine',
    ['200', '400 Transaction requires strict isolation but has too many entries'],
    async (world) => {
      const answers: string[] = [];
      for (const plain of [7, 8]) {
        const creates = times(plain, () => patientOf(newSource(world)));
        answers.push(said(await post(world, bundleOf('transaction', creates, [createOnce(newSource(world))]))));
      }
      return answers;
    },
  ),

  likeness(
    'counts a conditional update and a conditional delete as conditional',
    [
      '400 Transaction requires strict isolation but has too many entries',
      '400 Transaction requires strict isolation but has too many entries',
    ],
    async (world) => {
      const creates = () => times(8, () => patientOf(newSource(world)));
      const source = newSource(world);
      const put: BundleEntry = {
        request: { method: 'PUT', url: `Patient?_source=${source}` },
        resource: patientOf(source),
      };
      const remove: BundleEntry = { request: { method: 'DELETE', url: `Patient?_source=${source}` } };
      const answers = [put, remove].map((one) => post(world, bundleOf('transaction', creates(), [one])));
      return (await Promise.all(answers)).map(said);
    },
  ),

  likeness('takes five hundred plain creates', ['200', 500], async (world) => {
    const source = newSource(world);
    const answer = await post(
      world,
      bundleOf(
        'transaction',
        times(500, () => patientOf(source)),
      ),
    );
    return [said(answer), await countOf(world, source)];
  }),

  likeness('takes a Provenance with a hundred targets by urn:uuid', ['200', 100, true], async (world) => {
    const bundle = bundleOf(
      'transaction',
      times(100, () => patientOf(newSource(world))),
    );
    const target = (bundle.entry ?? []).map(({ fullUrl = '' }) => ({ reference: fullUrl }));
    const provenance: Provenance = {
      resourceType: 'Provenance',
      recorded: '2024-01-01T00:00:00Z',
      target,
      agent: [{ who: { display: 'likeness' } }],
    };
    bundle.entry?.unshift({ request: { method: 'POST', url: 'Provenance' }, resource: provenance });
    const answer = await post(world, bundle);
    const [first, ...patients] = (answer.json as Bundle).entry ?? [];
    const references = ((first?.resource ?? {}) as Partial<Provenance>).target?.map(({ reference }) => reference);
    const isEach = patients.every(({ resource }, i) => references?.[i] === `Patient/${resource?.id}`);
    return [said(answer), references?.length, isEach];
  }),

  likeness('may mix creates, reads, searches, updates and deletes', ['400 alone'], async (world) => {
    const lane = await newBasic(world);
    const entry: BundleEntry[] = [
      { request: { method: 'POST', url: 'Patient' }, resource: patientOf(newSource(world)) },
      { request: { method: 'GET', url: `Basic/${lane.id}` } },
      { request: { method: 'GET', url: `Basic?_id=${lane.id}` } },
      putOf({ ...lane, code: { text: 'changed' } }),
      { request: { method: 'DELETE', url: `Basic/${lane.id}` } },
    ];
    return saidOfEntries(await post(world, transactionOf(entry)));
  }),

  likeness('with a read of what is not there fails as a whole', ['404 Not found', 0], async (world) => {
    const source = newSource(world);
    const read: BundleEntry = { request: { method: 'GET', url: `Patient/${randomUUID()}` } };
    const answer = await post(world, bundleOf('transaction', [patientOf(source)], [read]));
    return [said(answer), await countOf(world, source)];
  }),

  likeness(
    'is a batch where the project has no transactions, and says transaction-response',
    ['200', 'transaction-response', '201 Created', '400 Invalid date format'],
    async (world) => {
      const source = newSource(world);
      const bundle = bundleOf('transaction', [patientOf(source), invalidPatient]);
      const answer = await world.plain.call('POST', '', bundle);
      return [said(answer), (answer.json as Bundle).type, ...saidOfEntries(answer)];
    },
  ),

  likeness('is told apart by one invalid POST', [400, 200], async (world) => {
    const probe = transactionOf([{ request: { method: 'POST', url: 'Patient' }, resource: invalidPatient }]);
    const answers = [world.member, world.plain].map((party) => party.call('POST', '', probe));
    return (await Promise.all(answers)).map(({ status }) => status);
  }),

  likeness('is claimed by /metadata wherever', ['batch', 'transaction'], async (world) => {
    const { json } = await world.member.call('GET', 'metadata');
    const { rest = [] } = json as { rest?: { interaction?: { code: string }[] }[] };
    return rest[0]?.interaction?.map(({ code }) => code).toSorted();
  }),

  likeness('gives a subject by urn:uuid the id that was given', true, async (world) => {
    const bundle = bundleOf('transaction', [patientOf(newSource(world))]);
    const fullUrl = bundle.entry?.[0]?.fullUrl;
    bundle.entry?.push({ request: { method: 'POST', url: 'Observation' }, resource: observationOf(fullUrl) });
    const [patient, observation] = ((await post(world, bundle)).json as Bundle).entry ?? [];
    const text = JSON.stringify(observation?.resource);
    return text.includes(`"reference":"Patient/${patient?.resource?.id}"`);
  }),
];
