import { request } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SANDBOX_KEYS } from '../../sandbox/fasten/sandbox-keys.ts';
import { type Effects, measureEffects } from './measure-effects.ts';
import { eventually, startWorld, type World } from './start-world.ts';

const MINUTE_MS = 60_000;
const MARK = 'forged-export-id';
let world: World;
let before: Effects;

beforeAll(async () => {
  world = await startWorld();
  before = await measureEffects(world);
});

afterAll(async () => {
  await world.close();
});

/** An event that would end a connection and start an import, did anybody believe it. */
function eventBody(id: string = crypto.randomUUID()): string {
  const url = `${world.fasten.baseUrl}/bridge/fhir/ehi-export/${MARK}/download/${MARK}.jsonl`;
  const data = { org_connection_id: MARK, task_id: MARK, download_links: [{ url, export_type: 'jsonl' }] };
  return JSON.stringify({ api_mode: 'test', type: 'patient.ehi_export_success', id, data });
}

function sign(body: string, { secret = SANDBOX_KEYS.webhookSecret as string, at = new Date(), id = 'msg-1' } = {}) {
  return {
    'webhook-id': id,
    'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`,
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
}

type Headers = Readonly<Record<string, string | string[]>>;

/** By node:http, so that a header may be sent twice or not at all. */
function post(body: string | Buffer, headers: Headers): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const req = request(`${world.api}/webhook`, { method: 'POST', headers }, async (res) => {
      let text = '';
      for await (const chunk of res.setEncoding('utf8')) text += chunk;
      resolve({ status: res.statusCode ?? 0, body: JSON.parse(text) });
    });
    req.on('error', reject);
    req.end(body);
  });
}

const without = (headers: Headers, name: string): Headers => {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
};

/** Each makes body and headers of a delivery that nobody who knows a secret has sent just now. */
const FORGERIES: Record<string, () => [body: string | Buffer, headers: Headers]> = {
  'no header at all': () => [eventBody(), {}],
  'no id': () => [eventBody(), without(sign(eventBody()), 'webhook-id')],
  'no time': () => [eventBody(), without(sign(eventBody()), 'webhook-timestamp')],
  'no signature': () => [eventBody(), without(sign(eventBody()), 'webhook-signature')],
  'an empty signature': () => [eventBody(), { ...sign(eventBody()), 'webhook-signature': '' }],
  'a signature of another secret': () => {
    const body = eventBody();
    return [body, sign(body, { secret: `whsec_${Buffer.alloc(24, 7).toString('base64')}` })];
  },
  'a signature of an empty secret': () => {
    const body = eventBody();
    return [body, sign(body, { secret: `whsec_${Buffer.alloc(1).toString('base64')}` })];
  },
  'the signature of another event': () => [eventBody(), sign(eventBody())],
  'a delivery of six minutes ago': () => {
    const body = eventBody();
    return [body, sign(body, { at: new Date(Date.now() - 6 * MINUTE_MS) })];
  },
  'an old delivery with a new time': () => {
    const body = eventBody();
    const old = sign(body, { at: new Date(Date.now() - 6 * MINUTE_MS) });
    return [body, { ...old, 'webhook-timestamp': `${Math.floor(Date.now() / 1000)}` }];
  },
  'a delivery of the future': () => {
    const body = eventBody();
    return [body, sign(body, { at: new Date(Date.now() + 6 * MINUTE_MS) })];
  },
  'a delivery with another id': () => {
    const body = eventBody();
    return [body, { ...sign(body), 'webhook-id': 'msg-2' }];
  },
  'the same event written otherwise': () => {
    const body = eventBody();
    return [JSON.stringify(JSON.parse(body), null, 2), sign(body)];
  },
  'the same event with its keys in another order': () => {
    const body = eventBody();
    return [JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body)).toReversed())), sign(body)];
  },
  'one byte more': () => {
    const body = eventBody();
    return [`${body}\n`, sign(body)];
  },
  'a byte order mark before it': () => {
    const body = eventBody();
    return [Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(body)]), sign(body)];
  },
  'two ids': () => {
    const body = eventBody();
    return [body, { ...sign(body), 'webhook-id': ['msg-1', 'msg-2'] }];
  },
  'another header as some guides have it': () => {
    const body = eventBody();
    const signature = String(sign(body)['webhook-signature']);
    return [body, { 'x-fasten-signature': signature, 'svix-signature': signature, 'svix-id': 'msg-1' }];
  },
  'a token in place of a signature': () => [eventBody(), { authorization: `Bearer ${SANDBOX_KEYS.privateKey}` }],
};

test.each(Object.entries(FORGERIES))('%s: refused, and nothing is done', async (_name, forge) => {
  const [body, headers] = forge();
  const answer = await post(body, { 'content-type': 'application/json', ...headers });
  expect(answer).toMatchObject({ status: 401, body: { resourceType: 'OperationOutcome' } });
  expect(await measureEffects(world)).toEqual(before);
  expect(`${world.log()}${await world.redis.dump()}`).not.toContain(MARK);
});

test('a delivery that is replayed while it is fresh is answered, and done once', async () => {
  const body = eventBody();
  const headers = { 'content-type': 'application/json', ...sign(body) };
  expect((await post(body, headers)).status).toBe(200);
  const afterOne = await eventually(async () => {
    const effects = await measureEffects(world);
    return effects.jobs > before.jobs ? effects : undefined;
  });
  for (let replay = 0; replay < 5; replay++) expect((await post(body, headers)).status).toBe(200);
  // Signed anew under another message id it is still the same event.
  expect((await post(body, { ...headers, ...sign(body, { id: 'msg-3' }) })).status).toBe(200);
  expect((await measureEffects(world)).jobs).toBe(afterOne.jobs);
  expect(world.log().match(/"webhook.duplicate"/g)).toHaveLength(6);
});
