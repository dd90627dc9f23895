import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Callers, createCallers } from './callers.ts';

let server: Server;
let callers: Callers;
let asked: string[];
let statusOf: (path: string) => number;
let me: object;

/** A Medplum that answers by path alone; the real one's policies are tested with the whole service. */
beforeEach(async () => {
  asked = [];
  statusOf = () => 200;
  me = { profile: { resourceType: 'Patient', id: 'p1' } };
  server = createServer((req, res) => {
    asked.push(`${req.url}`);
    const body = req.url === '/auth/me' ? me : { id: 'x', entry: [] };
    res.writeHead(statusOf(`${req.url}`), { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  callers = createCallers(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(async () => {
  await callers.close();
  server.close();
  server.closeAllConnections();
});

test('a token is looked up once and remembered for a while', async () => {
  expect((await callers.identify('a')).profile).toBe('Patient/p1');
  await callers.identify('a');
  await callers.identify('b');
  expect(asked).toEqual(['/auth/me', '/auth/me']);
});

test('an administrator is who the membership says is one', async () => {
  expect((await callers.identify('a')).isAdmin).toBe(false);
  me = { profile: { resourceType: 'Practitioner', id: 'p2' }, membership: { admin: true } };
  expect((await callers.identify('b')).isAdmin).toBe(true);
});

test('a refused token is asked about again', async () => {
  statusOf = () => 401;
  await expect(callers.identify('a')).rejects.toMatchObject({ status: 401 });
  statusOf = () => 200;
  expect((await callers.identify('a')).profile).toBe('Patient/p1');
});

test.each([
  [403, 404],
  [404, 404],
  [410, 404],
  [401, 401],
  [429, 429],
  [500, 502],
])('a %i of Medplum is a %i to the caller', async (theirs, ours) => {
  const caller = await callers.identify('a');
  statusOf = () => theirs;
  await expect(caller.read('Patient', 'p1')).rejects.toMatchObject({ name: 'HttpError', status: ours });
});

test.each(['..', 'a/b', 'a?_format=xml', '', 'x'.repeat(65)])('the id %j never becomes a path', async (id) => {
  const caller = await callers.identify('a');
  await expect(caller.read('Patient', id)).rejects.toMatchObject({ status: 404 });
  expect(asked).toEqual(['/auth/me']);
});

test('a Medplum that is away is a fault of nobody who calls', async () => {
  const caller = await callers.identify('a');
  server.close();
  server.closeAllConnections();
  await expect(caller.search('Task', { patient: 'Patient/p1' })).rejects.toMatchObject({ status: 502 });
});
