import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { likeness } from '../likeness.ts';
import { newSource, observationOf } from '../make-resources.ts';
import { openLimited } from '../open-limited.ts';
import {
  type Binding,
  type Message,
  makeBinding,
  type OpenSocket,
  openSocket,
  statusOf,
  typeOf,
} from '../open-socket.ts';
import type { World } from '../open-world.ts';
import { resourceOf, resourcesOf, said, withoutIds } from '../said.ts';
import { waitFor } from '../wait-until.ts';

interface Bound extends Binding {
  readonly socket: OpenSocket;
  create(): Promise<string>;
}

/** A socket that is bound to Observations of a source of its own. */
async function bound<T>(world: World, work: (one: Bound) => Promise<T>): Promise<T> {
  const source = newSource(world);
  const binding = await makeBinding(world.member, `Observation?_source=${source}`);
  const socket = await openSocket(binding.url);
  try {
    socket.send({ type: 'bind-with-token', payload: { token: binding.token } });
    await socket.await('handshake');
    const create = async () =>
      resourceOf(await world.member.call('POST', 'Observation', observationOf(undefined, { meta: { source } }))).id;
    return await work({ ...binding, socket, create });
  } finally {
    socket.close();
  }
}

const notificationsIn = ({ messages }: OpenSocket) => messages.filter((one) => typeOf(one) === 'event-notification');

/** A message without what differs each time. */
function shapeOf(message: Message, { subscription }: Binding): unknown {
  const text = JSON.stringify(message).replaceAll(subscription.id, '<subscription>');
  return JSON.parse(withoutIds(text).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>'));
}

/** What a socket is told when nothing has happened to a resource. */
const statusAlone = (type: 'handshake' | 'heartbeat') => ({
  id: '<id>',
  resourceType: 'Bundle',
  type: 'history',
  timestamp: '<time>',
  entry: [
    {
      resource: {
        resourceType: 'SubscriptionStatus',
        id: '<id>',
        status: 'active',
        type,
        subscription: { reference: 'Subscription/<subscription>' },
      },
    },
  ],
});

/** Websocket subscriptions. */
export const sockets = [
  likeness(
    'what $get-ws-binding-token answers',
    [
      ['token valueString', 'expiration valueDateTime', 'subscription valueString', 'websocket-url valueUrl'],
      [
        'aud',
        'client_id',
        'exp',
        'iat',
        'iss',
        'login_id',
        'nbf',
        'profile',
        'scope',
        'sub',
        'subscription_id',
        'username',
      ],
      '/ws/subscriptions-r4',
      'ws:',
    ],
    async (world) => {
      const { parameters, token, url } = await makeBinding(world.member, 'Observation');
      const names = parameters.parameter?.map(({ name, ...value }) => `${name} ${Object.keys(value)}`);
      return [names, Object.keys(decodeJwt(token)).toSorted(), new URL(url).pathname, new URL(url).protocol];
    },
  ),

  likeness('$get-ws-binding-token of what is not there', '400 Error reading subscription: Not found', async (world) => {
    await makeBinding(world.member, 'Observation');
    return said(await world.member.call('GET', `Subscription/${randomUUID()}/$get-ws-binding-token`));
  }),

  likeness(
    'where the project has no websockets, it says so',
    '400 WebSocket subscriptions not enabled for current project',
    async (world) => {
      const body = {
        resourceType: 'Subscription',
        status: 'active',
        reason: 'x',
        criteria: 'Observation',
        channel: { type: 'websocket' },
      };
      const { id } = resourceOf(await world.plain.call('POST', 'Subscription', body));
      return said(await world.plain.call('GET', `Subscription/${id}/$get-ws-binding-token`));
    },
  ),

  likeness('a websocket Subscription is read by its id, and found by no search', ['200', 0, '200'], async (world) => {
    const { subscription } = await makeBinding(world.member, 'Observation');
    const answer = await world.member.call('GET', `Subscription?_id=${subscription.id}`);
    return [
      said(await world.member.call('GET', `Subscription/${subscription.id}`)),
      resourcesOf(answer).length,
      said(await world.member.call('GET', `Subscription/${subscription.id}/_history`)),
    ];
  }),

  likeness('binding is answered with a handshake', statusAlone('handshake'), async (world) =>
    bound(world, async (one) => shapeOf(await one.socket.await('handshake'), one)),
  ),

  likeness(
    'a notification holds the status and the resource',
    [
      {
        id: '<id>',
        resourceType: 'Bundle',
        type: 'history',
        timestamp: '<time>',
        entry: [
          {
            resource: {
              resourceType: 'SubscriptionStatus',
              id: '<id>',
              status: 'active',
              type: 'event-notification',
              subscription: { reference: 'Subscription/<subscription>' },
              notificationEvent: [
                { eventNumber: '0', timestamp: '<time>', focus: { reference: 'Observation/<id>', display: 'Pulse' } },
              ],
            },
          },
          {
            resource: {
              resourceType: 'Observation',
              status: 'final',
              code: { text: 'Pulse' },
              meta: {
                source: '<source>',
                versionId: '<id>',
                lastUpdated: '<time>',
                author: { reference: '<client>' },
                project: '<id>',
                compartment: [{ reference: 'Project/<id>' }],
              },
              id: '<id>',
            },
            fullUrl: '/fhir/R4/Observation/<id>',
          },
        ],
      },
      true,
    ],
    async (world) =>
      bound(world, async (one) => {
        const id = await one.create();
        const message = await one.socket.await('event-notification');
        const text = JSON.stringify(shapeOf({ ...message, id: randomUUID() }, one));
        const focus = statusOf(message)?.notificationEvent?.[0]?.focus?.reference;
        return [
          JSON.parse(
            text
              .replaceAll(/"urn:likeness[^"]*"/g, '"<source>"')
              .replaceAll(world.baseUrl, '/')
              .replaceAll(`${new URL(world.baseUrl).origin}/`, '/')
              .replaceAll(/"reference":"ClientApplication[^"]*","display":"[^"]*"/g, '"reference":"<client>"'),
          ),
          focus === `Observation/${id}`,
        ];
      }),
  ),

  likeness('updates and deletions are told too', 3, async (world) =>
    bound(world, async ({ socket, create }) => {
      const id = await create();
      const one = await world.member.call('GET', `Observation/${id}`);
      await world.member.call('PUT', `Observation/${id}`, { ...(one.json as object), status: 'amended' });
      await world.member.call('DELETE', `Observation/${id}`);
      const all = await waitFor(() => (notificationsIn(socket).length >= 3 ? notificationsIn(socket) : undefined));
      return all.length;
    }),
  ),

  likeness('after unbinding nothing is told', 0, async (world) =>
    bound(world, async ({ socket, token, create }) => {
      socket.send({ type: 'unbind-from-token', payload: { token } });
      socket.send({ type: 'ping' });
      await socket.await('pong');
      await create();
      // A second binding of the same socket tells when whatever was to come has come.
      const other = await makeBinding(world.member, 'Observation?_source=none');
      socket.send({ type: 'bind-with-token', payload: { token: other.token } });
      await waitFor(() =>
        socket.messages.find((one) => statusOf(one)?.subscription?.reference?.endsWith(other.subscription.id)),
      );
      return notificationsIn(socket).length;
    }),
  ),

  likeness('a ping is answered', { type: 'pong' }, async (world) =>
    bound(world, async ({ socket }) => {
      socket.send({ type: 'ping' });
      return socket.await('pong');
    }),
  ),

  likeness('a heartbeat names what is bound', statusAlone('heartbeat'), async (world) =>
    bound(world, async (one) => shapeOf(await one.socket.await('heartbeat'), one)),
  ),

  likeness(
    'a token that is none, and one of something else',
    [
      ['Token failed to validate. Check token expiry.', false],
      ['Token claims missing subscription_id. Make sure you are sending the correct token.', true],
    ],
    async (world) => {
      const { url } = await makeBinding(world.member, 'Observation');
      const answers: unknown[] = [];
      for (const token of ['nonsense', world.member.medplum.getAccessToken()]) {
        const socket = await openSocket(url);
        socket.send({ type: 'bind-with-token', payload: { token } });
        const outcome = (await socket.await('outcome')) as { issue?: { details?: { text?: string } }[] };
        const closed = token === 'nonsense' ? false : await waitFor(() => socket.isClosed() || undefined);
        answers.push([outcome.issue?.[0]?.details?.text, closed]);
        socket.close();
      }
      return answers;
    },
  ),

  likeness('there is no socket at another address', 'refused', async (world) => {
    const { url } = await makeBinding(world.member, 'Observation');
    return openSocket(url.replace('subscriptions-r4', 'nonsense')).then(
      () => 'open',
      () => 'refused',
    );
  }),

  likeness('a subscriber is told only what their policy shows them', ['final'], async (world) => {
    const source = newSource(world);
    const limited = await openLimited(world, [
      { resourceType: 'Subscription' },
      { resourceType: 'Observation', criteria: 'Observation?status=final' },
    ]);
    const { url, token } = await makeBinding(limited, `Observation?_source=${source}`);
    const socket = await openSocket(url);
    socket.send({ type: 'bind-with-token', payload: { token } });
    await socket.await('handshake');
    for (const status of ['preliminary', 'final'] as const) {
      await world.member.call('POST', 'Observation', observationOf(undefined, { status, meta: { source } }));
    }
    await socket.await('event-notification');
    socket.close();
    return notificationsIn(socket).map(
      (one) => (one as { entry?: { resource?: { status?: string } }[] }).entry?.[1]?.resource?.status,
    );
  }),
];
