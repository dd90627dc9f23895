import type { MedplumClient } from '@medplum/core';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from './start-world.ts';

let world: World;
let origin: string;

beforeAll(async () => {
  world = await startWorld();
  ({ origin } = new URL(world.api));
});

afterAll(async () => {
  await world.close();
});

const open = (caller: MedplumClient) =>
  fetch(`${world.api}/queues/board`, {
    method: 'POST',
    headers: { authorization: `Bearer ${caller.getAccessToken()}` },
  });

const look = (path: string, cookie?: string, method = 'GET') =>
  fetch(`${origin}/board/${path}`, { method, headers: { ...(cookie && { cookie }) } });

test('the board opens for a browser of an administrator, for nobody else, and only shows', async () => {
  expect((await open(await world.signIn('clinician@example.com'))).status).toBe(403);
  const opened = await open(await world.signIn('admin@example.com'));
  expect([opened.status, await opened.json()]).toEqual([200, { url: '/board/' }]);
  const given = opened.headers.get('set-cookie') ?? '';
  expect(given).toMatch(/HttpOnly/);
  expect(given).toMatch(/SameSite=Strict/);
  const [cookie = ''] = given.split(';');
  for (const wrong of [undefined, 'bridge-board=', `bridge-board=${'a'.repeat(43)}`]) {
    expect((await look('', wrong)).status).toBe(401);
    expect((await look('api/queues', wrong)).status).toBe(401);
  }
  const page = await look('', cookie);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const html = await page.text();
  expect(html).toContain('<base href="/board/"');
  // What the page loads is what its policy lets it load.
  expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self' /);
  expect(html.match(/<script(?![^>]*(src=|type="application\/json"))[^>]*>/g)).toBeNull();
  const script = /src="(static\/js\/main[^"]+)"/.exec(html)?.[1] ?? '';
  expect((await look(script, cookie)).status).toBe(200);
  for (const [method, path] of [
    ['PUT', 'api/queues/import/pause'],
    ['POST', 'api/queues/import/add'],
  ] as const) {
    expect((await look(path, cookie, method)).status).toBe(405);
  }
});

test('what a queue does not take is not shown, whoever put it there', async () => {
  const queue = new Queue('connection-revoked', { connection: world.redis.redis, prefix: world.redis.prefix });
  const payload = { eventId: 'e-1', orgConnectionId: 'c-1', name: 'Gutierrez' };
  await queue.add('connection-revoked', payload, { delay: 3_600_000 });
  await queue.add('connection-revoked', { text: 'Gutierrez' }, { delay: 3_600_000 });
  await queue.close();
  const opened = await open(await world.signIn('admin@example.com'));
  const [cookie = ''] = (opened.headers.get('set-cookie') ?? '').split(';');
  const shown = await look('api/queues?activeQueue=connection-revoked&status=delayed&page=1', cookie);
  const text = await shown.text();
  expect(text).toContain('"orgConnectionId":"c-1"');
  expect(text).toContain('not what this queue takes');
  expect(text).not.toContain('Gutierrez');
});
