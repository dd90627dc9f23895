import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createFasten } from './client.ts';

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function fastenThat(answer: RequestListener, privateKey = 'private_test_a') {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const fasten = createFasten({ baseUrl, publicId: 'public_test_a', privateKey });
  closers.push(fasten.close, async () => {
    server.close();
    server.closeAllConnections();
  });
  return fasten;
}

const json =
  (status: number, body: unknown): RequestListener =>
  (_req, res) => {
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

test.each([
  [200, { success: true, data: { task_id: 't1', status: 'pending' } }],
  [201, { success: true, data: { task_id: 't1' } }],
  [200, { task_id: 't1', status: 'pending' }],
])('an export is known by its task id, wherever it stands (%#)', async (status, body) => {
  const fasten = await fastenThat(json(status, body));
  expect(await fasten.requestExport('c1')).toEqual({ exportId: 't1', status: 'pending' });
});

test.each<[string, RequestListener, string]>([
  ['a status', json(500, { error: 'Gutierrez' }), 'fasten-500'],
  ['a refusal inside a 200', json(200, { success: false, error: 'Gutierrez' }), 'fasten-refused'],
  ['an unknown shape', json(200, { success: true, data: { id: 't1' } }), 'fasten-bad-answer'],
  ['no JSON', (_req, res) => res.end('<html>'), 'fasten-bad-answer'],
  ['no object', json(200, null), 'fasten-bad-answer'],
  ['far too much', (_req, res) => res.end('x'.repeat(1_100_000)), 'fasten-bad-answer'],
  ['a hung-up connection', (req) => req.socket.destroy(), 'fasten-unreachable'],
])("%s becomes a code without Fasten's words", async (_name, answer, code) => {
  const fasten = await fastenThat(answer);
  const error = await fasten.requestExport('c1').catch((caught: Error) => caught);
  expect(error).toMatchObject({ name: 'FastenError', code });
  expect(String(error)).not.toContain('Gutierrez');
});

test('a connection is read with what is there, and its id cannot leave its place in the path', async () => {
  const urls: (string | undefined)[] = [];
  const fasten = await fastenThat((req, res) => {
    urls.push(req.url);
    json(200, {
      data: { org_connection_id: 'c1', status: 'authorized', api_mode: 'test', scope: null, platform_type: '' },
    })(req, res);
  });
  expect(await fasten.readConnection('../org?x#y')).toMatchObject({ status: 'authorized', apiMode: 'test' });
  await expect(fasten.readConnection('..')).rejects.toMatchObject({ status: 404 });
  expect(urls).toEqual(['/v1/bridge/org_connection/..%2Forg%3Fx%23y']);
});

test('while the private key is rotated, the one that Fasten takes is found and kept', async () => {
  let taken = 'private_test_a';
  const asked: string[] = [];
  const answer: RequestListener = (req, res) => {
    const [, given = ''] = /^Basic (.+)$/.exec(req.headers.authorization ?? '') ?? [];
    const [, key = ''] = Buffer.from(given, 'base64').toString().split(':');
    asked.push(key);
    json(key === taken ? 200 : 401, { task_id: 't1' })(req, res);
  };
  const fasten = await fastenThat(answer, 'private_test_a private_test_b');
  await fasten.requestExport('c1');
  taken = 'private_test_b';
  await fasten.requestExport('c1');
  await fasten.requestExport('c1');
  expect(asked).toEqual(['private_test_a', 'private_test_a', 'private_test_b', 'private_test_b']);
  taken = 'private_test_c';
  await expect(fasten.requestExport('c1')).rejects.toMatchObject({ code: 'fasten-401' });
});
