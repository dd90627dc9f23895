import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { repeatConflicts } from './repeat-conflicts.ts';

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

/** A server that refuses so many requests with 409 before it creates. */
async function serve(conflicts: number) {
  let seen = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(seen++ < conflicts ? 409 : 201).end('{}'));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir/R4/Basic`;
  const send = (init: RequestInit) => repeatConflicts(fetch)(url, { method: 'POST', body: '{}', ...init });
  return { seen: () => seen, send };
}

const conditional = { headers: { 'If-None-Exist': 'identifier=a' } };

test('a conditional create that met another is sent again until it is carried out', async () => {
  const { seen, send } = await serve(2);
  expect((await send(conditional)).status).toBe(201);
  expect(seen()).toBe(3);
});

test('any other write that is refused with 409 is passed on', async () => {
  const { seen, send } = await serve(2);
  expect((await send({})).status).toBe(409);
  expect((await send({ ...conditional, method: 'PUT' })).status).toBe(409);
  expect(seen()).toBe(2);
});

test('one that meets others again and again is passed on at last', async () => {
  const { seen, send } = await serve(100);
  expect((await send(conditional)).status).toBe(409);
  expect(seen()).toBe(8);
});

test('waiting ends when the request is called off', async () => {
  const { send } = await serve(100);
  await expect(send({ ...conditional, signal: AbortSignal.timeout(120) })).rejects.toThrow();
});
