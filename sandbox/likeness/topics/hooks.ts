import { createHmac } from 'node:crypto';
import type { AuditEvent, Observation, Subscription } from '@medplum/fhirtypes';
import { bundleOf } from '../../medplum/open-sandbox.ts';
import { likeness } from '../likeness.ts';
import { invalidPatient, newSource, observationOf } from '../make-resources.ts';
import type { World } from '../open-world.ts';
import { type HookReceiver, type Received, receiveHooks } from '../receive-hooks.ts';
import { resourceOf, resourcesOf, withoutIds } from '../said.ts';
import { waitFor } from '../wait-until.ts';

const SECRET = 'https://www.medplum.com/fhir/StructureDefinition/subscription-secret';
const INTERACTION = 'https://medplum.com/fhir/StructureDefinition/subscription-supported-interaction';
const FHIRPATH = 'https://medplum.com/fhir/StructureDefinition/fhir-path-criteria-expression';
const ATTEMPTS = 'https://medplum.com/fhir/StructureDefinition/subscription-max-attempts';

interface Hooked {
  readonly hooks: HookReceiver;
  readonly source: string;
  readonly subscription: Subscription & { readonly id: string };
  /** An Observation that the Subscription is about. */
  create(more?: Partial<Observation>): Promise<Observation & { readonly id: string }>;
  /** What came until one that is created now came too: so whatever was to come before has come. */
  settled(): Promise<readonly Received[]>;
}

/** A Subscription of this run's own, whose hook is a listener of ours; both are taken away again. */
async function hooked<T>(world: World, more: Partial<Subscription>, work: (one: Hooked) => Promise<T>): Promise<T> {
  const hooks = await receiveHooks();
  const source = newSource(world);
  const channel = { type: 'rest-hook' as const, endpoint: hooks.url, ...more.channel };
  const about = {
    resourceType: 'Subscription',
    status: 'active',
    reason: world.run,
    criteria: `Observation?_source=${source}`,
  };
  const subscription = resourceOf<Subscription>(
    await world.member.call('POST', 'Subscription', { ...about, ...more, channel }),
  );
  const fence = resourceOf<Subscription>(
    await world.member.call('POST', 'Subscription', {
      ...about,
      criteria: `Observation?_source=${source}:fence`,
      channel: { type: 'rest-hook', endpoint: hooks.url },
    }),
  );
  const post = async (of: string, one: Partial<Observation> = {}) =>
    resourceOf<Observation>(
      await world.member.call('POST', 'Observation', observationOf(undefined, { meta: { source: of }, ...one })),
    );
  try {
    return await work({
      hooks,
      source,
      subscription,
      create: (one) => post(source, one),
      async settled() {
        await post(`${source}:fence`);
        const isFence = ({ headers }: Received) => headers['x-medplum-subscription'] === fence.id;
        await waitFor(() => hooks.received.find(isFence));
        return hooks.received.filter((one) => !isFence(one));
      },
    });
  } finally {
    for (const { id } of [subscription, fence]) await world.member.call('DELETE', `Subscription/${id}`);
    hooks.close();
  }
}

const interactionsOf = (received: readonly Received[]) =>
  received.map(({ headers }) => headers['x-medplum-interaction']);

/** Rest-hooks to addresses. */
export const hooks = [
  likeness(
    'a create is told once, as FHIR JSON, with whose and what',
    [
      'application/fhir+json',
      true,
      'create',
      true,
      ['code', 'id', 'resourceType', 'status'],
      ['author', 'compartment', 'lastUpdated', 'project', 'source', 'versionId'],
      1,
    ],
    async (world) =>
      hooked(world, {}, async ({ subscription, create, settled }) => {
        const { id } = await create();
        const [first, ...more] = await settled();
        const {
          'content-type': type,
          'x-medplum-subscription': whose,
          'x-medplum-interaction': interaction,
        } = first?.headers ?? {};
        const { meta, ...resource } = JSON.parse(first?.body ?? '{}') as Observation;
        return [
          type,
          whose === subscription.id,
          interaction,
          resource.id === id,
          Object.keys(resource).toSorted(),
          Object.keys(meta ?? {}).toSorted(),
          more.length,
        ];
      }),
  ),

  likeness(
    'an update and a deletion are told, an identical update is not',
    [['create', 'create', 'delete', 'update'], '{}', 'Observation/<id>'],
    async (world) =>
      hooked(world, {}, async ({ create, settled }) => {
        const one = await create();
        const { member } = world;
        await member.call('PUT', `Observation/${one.id}`, { ...one, status: 'amended' });
        await member.call('PUT', `Observation/${one.id}`, { ...one, status: 'amended' });
        await settled();
        await member.call('DELETE', `Observation/${one.id}`);
        const received = await settled();
        const deletion = received.at(-1);
        const deleted = withoutIds(String(deletion?.headers['x-medplum-deleted-resource'] ?? ''));
        return [interactionsOf(received).toSorted(), deletion?.body, deleted];
      }),
  ),

  likeness('the signature is an HMAC of the body', true, async (world) =>
    hooked(world, { extension: [{ url: SECRET, valueString: 'secret' }] }, async ({ create, settled }) => {
      await create();
      const [{ headers, body } = { headers: {}, body: '' }] = await settled();
      return headers['x-signature'] === createHmac('sha256', 'secret').update(body).digest('hex');
    }),
  ),

  likeness('the channel’s own headers are sent', ['value', 'Bearer x', null], async (world) =>
    hooked(
      world,
      { channel: { type: 'rest-hook', header: ['X-Own: value', 'Authorization: Bearer x'] } },
      async ({ create, settled }) => {
        await create();
        const [first] = await settled();
        return [first?.headers['x-own'], first?.headers.authorization, first?.headers['x-signature'] ?? null];
      },
    ),
  ),

  likeness('entries of batches and of a transaction are told, of one that is rolled back none', 4, async (world) =>
    hooked(world, {}, async ({ source, settled }) => {
      const one = () => observationOf(undefined, { meta: { source } });
      await world.member.call('POST', '', bundleOf('batch', [one(), one()]));
      await world.member.call('POST', '', bundleOf('transaction', [one()]));
      await world.member.call('POST', '', bundleOf('transaction', [one(), invalidPatient]));
      return (await settled()).length;
    }),
  ),

  likeness('a Subscription that is off, or about something else, is told nothing', [0, 0, 0, 0, 2], async (world) => {
    const ask = (more: Partial<Subscription>) =>
      hooked(world, more, async ({ create, settled }) => {
        await create();
        return (await settled()).length;
      });
    return [
      await ask({ status: 'off' }),
      await ask({ status: 'requested' }),
      await ask({ criteria: 'Observation?status=cancelled' }),
      await ask({ criteria: 'Patient' }),
      await ask({ criteria: `Observation?_source=${world.run}` }),
    ];
  }),

  likeness('only the interaction that is asked for is told', ['update'], async (world) =>
    hooked(world, { extension: [{ url: INTERACTION, valueCode: 'update' }] }, async ({ create, settled }) => {
      const one = await create();
      await world.member.call('PUT', `Observation/${one.id}`, { ...one, status: 'amended' });
      return interactionsOf(await settled());
    }),
  ),

  likeness('FHIRPath criteria know the version before', ['update'], async (world) => {
    const valueString = "%previous.status = 'final' and %current.status = 'amended'";
    return hooked(world, { extension: [{ url: FHIRPATH, valueString }] }, async ({ create, settled }) => {
      const one = await create();
      await world.member.call('PUT', `Observation/${one.id}`, { ...one, status: 'amended' });
      await world.member.call('PUT', `Observation/${one.id}`, { ...one, status: 'final' });
      return interactionsOf(await settled());
    });
  }),

  likeness(
    'a hook that fails is called again, as long as the version is the current one',
    [[true, true], true],
    async (world) =>
      hooked(world, {}, async ({ hooks, create }) => {
        hooks.answers.push(500);
        const { id } = await create();
        const bodies = await waitFor(() => (hooks.received.length >= 2 ? hooks.received : undefined));
        return [
          bodies.map(({ body }) => (JSON.parse(body) as Observation).id === id),
          bodies[0]?.body === bodies[1]?.body,
        ];
      }),
  ),

  likeness('a hook may be given up after the attempts that it names', 3, async (world) =>
    hooked(world, { extension: [{ url: ATTEMPTS, valueInteger: 1 }] }, async ({ hooks, create, settled }) => {
      hooks.answers.push(500, 500);
      await create();
      await waitFor(() => (hooks.received.length >= 2 ? true : undefined));
      return (await settled()).length;
    }),
  ),

  likeness(
    'each attempt leaves an AuditEvent',
    [
      {
        resourceType: 'AuditEvent',
        type: { code: 'transmit' },
        agent: [{ type: { text: 'Subscription' }, requestor: false }],
        source: {
          observer: {
            reference: 'Subscription/<subscription>',
            display: 'Observation?_source=<source>',
          },
        },
        entity: [
          {
            what: { reference: 'Observation/<observation>', display: 'Pulse' },
            role: { code: '4', display: 'Domain' },
          },
          {
            what: {
              reference: 'Subscription/<subscription>',
              display: 'Observation?_source=<source>',
            },
            role: { code: '9', display: 'Subscriber' },
          },
        ],
        outcome: '0',
        outcomeDesc: 'Attempt 0 received status 200',
      },
    ],
    async (world) =>
      hooked(world, {}, async ({ subscription, create, settled }) => {
        const { id } = await create();
        await settled();
        const events = await waitFor(async () => {
          const found = resourcesOf<AuditEvent>(await world.member.call('GET', `AuditEvent?entity=Observation/${id}`));
          return found.length > 0 ? found : undefined;
        });
        const text = JSON.stringify(
          events.map(({ id: _, meta: __, period: ___, recorded: ____, extension: _____, ...rest }) => rest),
        );
        return JSON.parse(
          text
            .replaceAll(subscription.id, '<subscription>')
            .replaceAll(id, '<observation>')
            .replaceAll(/urn:likeness-[0-9a-f-]+:[0-9a-f-]+/g, '<source>'),
        );
      }),
  ),
];
