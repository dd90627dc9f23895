import { gzipSync } from 'node:zlib';
import type { MedplumClient } from '@medplum/core';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SANDBOX_KEYS } from '../../sandbox/fasten/sandbox-keys.ts';
import { API_ROUTES } from '../contract/api-routes.ts';
import { type Effects, measureEffects } from './measure-effects.ts';
import { startWorld, type World } from './start-world.ts';

let world: World;
let clinician: MedplumClient;
let before: Effects;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
  before = await measureEffects(world);
});

afterAll(async () => {
  await world.close();
});

const JSON_TYPE = 'application/json';
const NESTED = `${'['.repeat(40_000)}${']'.repeat(40_000)}`;

/** Bodies that no call takes, and what each is answered. */
const BODIES: readonly (readonly [name: string, body: string | Buffer<ArrayBuffer>, status: number, type: string])[] = [
  ['more than 100 KB', JSON.stringify({ patientId: 'x'.repeat(150_000) }), 413, JSON_TYPE],
  ['cut JSON', '{"patientId":"', 400, JSON_TYPE],
  ['no JSON', 'patientId=1', 400, JSON_TYPE],
  ['bytes that are no UTF-8', Buffer.from('7b22fffe223a317d', 'hex'), 400, JSON_TYPE],
  ['null', 'null', 400, JSON_TYPE],
  ['a list', '[]', 400, JSON_TYPE],
  ['a number', '7', 400, JSON_TYPE],
  ['an empty object', '{}', 400, JSON_TYPE],
  ['lists inside lists', NESTED, 400, JSON_TYPE],
  [
    'names of prototypes',
    '{"__proto__":{"patientId":"x"},"constructor":{"prototype":{"patientId":"x"}}}',
    400,
    JSON_TYPE,
  ],
  ['ids that are no text', '{"patientId":{"$ne":null},"org_connection_id":["x"],"external_state":7}', 400, JSON_TYPE],
  [
    'ids that are paths',
    '{"patientId":"../../Patient/x","org_connection_id":"../x","resync":"../daily"}',
    400,
    JSON_TYPE,
  ],
  ['a form', 'patientId=1&org_connection_id=2', 415, 'application/x-www-form-urlencoded'],
  ['XML', '<Patient/>', 415, 'application/fhir+xml'],
];

/** Calls with a body, with ids that could be of something. */
const CALLS = API_ROUTES.filter(({ body, proof }) => body && proof === 'token').map(({ method, path }) => {
  return [method.toUpperCase(), path.replaceAll(/:\w+/g, crypto.randomUUID())] as const;
});

test('there are calls that take a body', () => {
  expect(CALLS.length).toBeGreaterThan(3);
});

test.each(BODIES)('%s is refused by each of them, and nothing is done', async (_name, body, status, type) => {
  for (const [method, path] of CALLS) {
    const headers = {
      authorization: `Bearer ${clinician.getAccessToken()}`,
      'content-type': type,
    };
    const answer = await fetch(`${world.api}${path}`, { method, headers, body });
    expect([path, answer.status]).toEqual([path, status]);
    expect(await answer.json()).toMatchObject({ resourceType: 'OperationOutcome' });
  }
  expect(await measureEffects(world)).toEqual(before);
});

test('a body that unpacks to more than is taken is refused, and one in a packing that nobody knows', async () => {
  const bomb = gzipSync(Buffer.alloc(20_000_000, ' '));
  const targets = [`${world.api}/webhook`, ...CALLS.map(([, path]) => `${world.api}${path}`)];
  const methods = ['POST', ...CALLS.map(([method]) => method)];
  for (const [index, url] of targets.entries()) {
    for (const [encoding, body, status] of [
      ['gzip', bomb, 413],
      ['gzip', Buffer.from('no gzip'), 400],
      ['zip', Buffer.from('{}'), 415],
    ] as const) {
      const headers = {
        authorization: `Bearer ${clinician.getAccessToken()}`,
        'content-type': JSON_TYPE,
        'content-encoding': encoding,
      };
      const answer = await fetch(url, { method: methods[index] ?? 'POST', headers, body });
      expect([url, encoding, answer.status]).toEqual([url, encoding, status]);
      expect(await answer.json()).toMatchObject({ resourceType: 'OperationOutcome' });
    }
  }
  expect(await measureEffects(world)).toEqual(before);
});

const SIGNED: readonly (readonly [name: string, body: string, status: number])[] = [
  ['more than a megabyte', JSON.stringify({ type: 'webhook.test', padding: 'x'.repeat(1_100_000) }), 413],
  ['no JSON', 'type=webhook.test', 400],
  ['a list', '[]', 400],
  ['lists inside lists', NESTED, 400],
  ['an event without a type', '{"data":{}}', 400],
  ['an export without ids', '{"type":"patient.ehi_export_success","data":{"org_connection_id":{}}}', 400],
  ['a revocation of nothing', '{"type":"patient.authorization_revoked","data":[]}', 400],
];

test.each(SIGNED)('a signed event that is %s is refused, and nothing is done', async (_name, body, status) => {
  const at = new Date();
  const headers = {
    'webhook-id': 'msg-1',
    'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`,
    'webhook-signature': new Webhook(SANDBOX_KEYS.webhookSecret).sign('msg-1', at, body),
  };
  const answer = await fetch(`${world.api}/webhook`, { method: 'POST', headers, body });
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ resourceType: 'OperationOutcome' });
  expect(await measureEffects(world)).toEqual(before);
});

test.each(['..%2f..%2fPatient', '%00', 'x'.repeat(300), '%f0%9f%98%80', 'a%20b', "'%20or%20'1'='1", '$everything'])(
  'an id like %s leads nowhere',
  async (id) => {
    for (const { method, path, proof, body } of API_ROUTES) {
      if (proof !== 'token' || body || !path.includes(':')) continue;
      const url = `${world.api}${path.replaceAll(/:\w+/g, id)}`;
      const headers = { authorization: `Bearer ${clinician.getAccessToken()}` };
      const answer = await fetch(url, { method: method.toUpperCase(), headers });
      expect([url, [400, 403, 404].includes(answer.status)]).toEqual([url, true]);
      await answer.body?.cancel();
    }
    expect(await measureEffects(world)).toEqual(before);
  },
);
