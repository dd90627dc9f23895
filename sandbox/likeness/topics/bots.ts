import type { AuditEvent, Basic, Bot } from '@medplum/fhirtypes';
import { likeness } from '../likeness.ts';
import { newSource, observationOf } from '../make-resources.ts';
import { NotGiven } from '../not-given.ts';
import type { World } from '../open-world.ts';
import { resourceOf, resourcesOf, said } from '../said.ts';
import { waitFor } from '../wait-until.ts';

/** A bot of the admin's project, deployed; taken away with the rest. @throws NotGiven where the server runs none */
async function deploy(world: World, code: string): Promise<Bot & { readonly id: string }> {
  const { admin } = world;
  const body = { name: world.run, runtimeVersion: 'vmcontext' };
  const bot = resourceOf<Bot>(await admin.call('POST', `/admin/projects/${admin.projectId}/bot`, body));
  const deployed = await admin.call('POST', `Bot/${bot.id}/$deploy`, { code, filename: 'index.cjs' });
  if (said(deployed).includes('not enabled')) throw new NotGiven('bots that run inside the server');
  return bot;
}

const handler = (body: string) => `exports.handler = async (medplum, event) => { ${body} };`;

async function execute(world: World, body: string, input: unknown = {}, headers: Record<string, string> = {}) {
  const bot = await deploy(world, handler(body));
  const answer = await world.admin.call('POST', `Bot/${bot.id}/$execute`, input, headers);
  if (said(answer).includes('not enabled')) throw new NotGiven('bots that run inside the server');
  return { bot, answer };
}

/** Bots: made, deployed, run on request and by Subscriptions. Needs an admin. */
export const bots = [
  likeness(
    'what the answer to a new bot holds, and that it needs a name',
    [201, ['id', 'meta', 'name', 'resourceType', 'runtimeVersion', 'sourceCode'], '400 Bot name is required'],
    async ({ admin, run }) => {
      const path = `/admin/projects/${admin.projectId}/bot`;
      const made = await admin.call('POST', path, { name: run });
      return [made.status, Object.keys(made.json as object).toSorted(), said(await admin.call('POST', path, {}))];
    },
  ),

  likeness('an ordinary client makes no bot that way', '403 Forbidden', async ({ member, run }) =>
    said(await member.call('POST', `/admin/projects/${member.projectId}/bot`, { name: run })),
  ),

  likeness(
    'what a bot returns is the answer',
    [
      [200, '{"a":1}', 'application/json; charset=utf-8'],
      [200, 'text', 'application/json; charset=utf-8'],
      [200, '7', 'application/json; charset=utf-8'],
      [200, 'true', 'application/json; charset=utf-8'],
      [
        200,
        '{"resourceType":"OperationOutcome","id":"ok","issue":[{"severity":"information","code":"informational","details":{"text":"All OK"}}]}',
        'application/json; charset=utf-8',
      ],
      [200, '', 'application/json; charset=utf-8'],
      [200, '{"resourceType":"Patient"}', 'application/json; charset=utf-8'],
    ],
    async (world) => {
      const answers: unknown[] = [];
      for (const value of ['{ a: 1 }', '"text"', '7', 'true', 'undefined', 'null', "{ resourceType: 'Patient' }"]) {
        const { answer } = await execute(world, `return ${value};`);
        answers.push([answer.status, answer.text, answer.headers.get('Content-Type')]);
      }
      return answers;
    },
  ),

  likeness(
    'what a bot is given',
    {
      event: ['bot', 'contentType', 'headers', 'input', 'requester', 'secrets', 'traceId'],
      bot: { reference: 'Bot/<bot>', display: '<run>' },
      type: 'application/json',
      input: { a: 1 },
      requester: 'ClientApplication/<admin>',
      globals: ['function', 'function', 'undefined', 'undefined', 'function', 'undefined', 'undefined'],
    },
    async (world) => {
      const { answer, bot } = await execute(
        world,
        'return { event: Object.keys(event).sort(), bot: event.bot, type: event.contentType, input: event.input, requester: event.requester.reference, globals: [typeof require, typeof fetch, typeof process, typeof setTimeout, typeof console.log, typeof console.error, typeof Buffer] };',
        { a: 1 },
        { 'Content-Type': 'application/json' },
      );
      const text = answer.text
        .replaceAll(bot.id, '<bot>')
        .replaceAll(world.run, '<run>')
        .replaceAll(world.admin.credentials.id, '<admin>');
      return JSON.parse(text);
    },
  ),

  likeness(
    'what a bot throws is 400',
    ['400 broken', '400 text', '400 Not found', "400 Unexpected token '}'"],
    async (world) => {
      const answers: unknown[] = [];
      for (const body of [
        "throw new Error('broken');",
        "throw 'text';",
        'return medplum.readResource("Patient", "none");',
        'nonsense(',
      ]) {
        const { answer } = await execute(world, body);
        answers.push(said(answer));
      }
      return answers;
    },
  ),

  likeness(
    'a bot without code, and one that is not there',
    ['400 No executable code', '404 Not found', '400 Bot missing executable code'],
    async (world) => {
      const { admin } = world;
      const path = `/admin/projects/${admin.projectId}/bot`;
      const { id } = resourceOf<Bot>(await admin.call('POST', path, { name: world.run, runtimeVersion: 'vmcontext' }));
      return [
        said(await admin.call('POST', `Bot/${id}/$execute`, {})),
        said(await admin.call('POST', 'Bot/00000000-0000-4000-8000-000000000000/$execute', {})),
        said(await admin.call('POST', `Bot/${id}/$deploy`, {})),
      ];
    },
  ),

  likeness('a bot writes under its own name', true, async (world) => {
    const source = newSource(world);
    const { bot, answer } = await execute(
      world,
      `return medplum.createResource({ resourceType: 'Basic', code: { text: 'x' }, meta: { source: '${source}' } });`,
    );
    const { id } = resourceOf<Basic>(answer);
    const extended = await world.member.call('GET', `Basic/${id}`, undefined, { 'X-Medplum': 'extended' });
    return resourceOf<Basic>(extended).meta?.author?.reference === `Bot/${bot.id}`;
  }),

  likeness(
    'each run leaves an AuditEvent',
    [
      {
        resourceType: 'AuditEvent',
        type: { system: 'https://medplum.com/CodeSystem/audit-event', code: 'execute' },
        agent: [
          { who: { reference: 'ClientApplication/<admin>', display: '<name>' }, requestor: true },
          { who: { reference: 'Bot/<bot>', display: '<run>' }, requestor: false },
        ],
        source: { observer: { reference: 'Bot/<bot>', display: '<run>' } },
        entity: [{ what: { reference: 'Bot/<bot>', display: '<run>' }, role: { code: '4', display: '<name>' } }],
        outcome: '4',
        outcomeDesc: 'line one [object Object]\nUnhandled error: broken\nError broken',
      },
    ],
    async (world) => {
      const { bot } = await execute(
        world,
        "console.log('line one', { a: 1 }); throw 'broken';",
        observationOf(undefined),
      );
      const events = await waitFor(async () => {
        const found = resourcesOf<AuditEvent>(await world.admin.call('GET', `AuditEvent?entity=Bot/${bot.id}`));
        return found.length > 0 ? found : undefined;
      });
      const text = JSON.stringify(
        events.map(({ id: _, meta: __, period: ___, recorded: ____, extension: _____, ...rest }) => rest),
      );
      const known = text
        .replaceAll(bot.id, '<bot>')
        .replaceAll(world.run, '<run>')
        .replaceAll(world.admin.credentials.id, '<admin>');
      return JSON.parse(known.replaceAll(/"display":"(?!<)[^"]*"/g, '"display":"<name>"'));
    },
  ),

  likeness(
    'a Subscription runs a bot with the resource',
    ['code,id,meta,resourceType,status', 'deletedResource'],
    async (world) => {
      const source = newSource(world);
      const bot = await deploy(
        world,
        handler(
          `return medplum.createResource({ resourceType: 'Basic', code: { text: Object.keys(event.input).join() }, meta: { source: '${source}' } });`,
        ),
      );
      const channel = { type: 'rest-hook', endpoint: `Bot/${bot.id}` };
      const about = {
        resourceType: 'Subscription',
        status: 'active',
        reason: world.run,
        criteria: `Observation?_source=${source}`,
        channel,
      };
      const subscription = resourceOf(await world.admin.call('POST', 'Subscription', about));
      const made = await world.member.call('POST', 'Observation', observationOf(undefined, { meta: { source } }));
      const find = async (count: number) => {
        const found = resourcesOf<Basic>(await world.member.call('GET', `Basic?_source=${source}`));
        return found.length >= count ? found : undefined;
      };
      await waitFor(() => find(1));
      await world.member.call('DELETE', `Observation/${resourceOf(made).id}`);
      const found = await waitFor(() => find(2));
      await world.admin.call('DELETE', `Subscription/${subscription.id}`);
      return found.map(({ code }) => code.text?.split(',').toSorted().join()).toSorted();
    },
  ),
];
