import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { answering, noteDials, REFUSED_TARGETS } from '../test/note-dials.ts';
import { createStorageClient, type FindAddresses, publicLookup, type StorageOptions } from './storage-client.ts';

const signal = new AbortController().signal;
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** A client whose dialer notes which addresses it would connect to, and never connects. */
function openClient(options: Partial<StorageOptions> = {}) {
  const dialled: string[] = [];
  const makeDialer = noteDials(dialled);
  const client = createStorageClient({ allowedOrigins: [], makeDialer, ...options });
  closers.push(() => client.close());
  return { client, dialled };
}

async function serve(): Promise<{ server: Server; origin: string }> {
  const server = createServer((req, res) => res.end(`authorization: ${req.headers.authorization}`)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  closers.push(async () => server.close());
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test.each(REFUSED_TARGETS)('%s is refused before anything is dialled', async (url) => {
  const { client, dialled } = openClient({ findAddresses: answering('8.8.8.8') });
  await expect(client.get(new URL(url), {}, signal)).rejects.toMatchObject({ code: 'storage-refused' });
  expect(dialled).toEqual([]);
});

test('a public https address is dialled, by name or as it is', async () => {
  const { client, dialled } = openClient({ findAddresses: answering('52.216.1.1') });
  for (const host of ['files.example.com', '8.8.8.8', '[2606:4700::1111]']) {
    await expect(client.get(new URL(`https://${host}/x`), {}, signal)).rejects.toThrow('dialled');
  }
  expect(dialled).toEqual(['52.216.1.1', '8.8.8.8', '2606:4700::1111']);
});

test.each([
  ['127.0.0.1'],
  ['10.1.2.3'],
  ['172.20.0.1'],
  ['192.168.0.7', '::1'],
  ['169.254.169.254'],
  ['100.64.0.1'],
  ['0.0.0.0'],
  ['::1'],
  ['::ffff:127.0.0.1'],
  ['::ffff:a9fe:a9fe'],
  ['64:ff9b::a9fe:a9fe'],
  ['fd00:ec2::254'],
  ['fe80::1'],
  ['2002:7f00:1::'],
])('a name that leads to %s is not dialled', async (...addresses) => {
  for (const host of ['rebound.example', 'localhost', 'metadata.google.internal']) {
    const { client, dialled } = openClient({ findAddresses: answering(...addresses) });
    const asked = client.get(new URL(`https://${host}/x`), {}, signal);
    await expect(asked.catch((error: Error) => Promise.reject(error.cause ?? error))).rejects.toMatchObject({
      code: 'storage-refused',
    });
    expect(dialled).toEqual([]);
  }
});

test('a name that answers otherwise the second time is looked up once for each socket, and what was checked is dialled', async () => {
  const answers = ['52.216.1.1', '127.0.0.1'];
  let asked = 0;
  const findAddresses: FindAddresses = (host, done) => answering(answers[asked++] ?? '127.0.0.1')(host, done);
  const { client, dialled } = openClient({ findAddresses });
  const url = new URL('https://rebound.example/x');
  await expect(client.get(url, {}, signal)).rejects.toThrow('dialled');
  expect([asked, dialled]).toEqual([1, ['52.216.1.1']]);
  await expect(client.get(url, {}, signal)).rejects.toMatchObject({ code: 'storage-refused' });
  expect([asked, dialled]).toEqual([2, ['52.216.1.1']]);
});

test('a refusal names the host and keeps the signed path to itself', async () => {
  const { client } = openClient();
  const url = new URL('https://10.0.0.1/x?X-Amz-Signature=abc');
  const refused = await client.get(url, {}, signal).catch((error: Error) => error.message);
  expect(refused).toContain('10.0.0.1');
  expect(refused).not.toContain('abc');
});

test('a name that leads to a private address is not dialled, whatever else it leads to', async () => {
  const answer: FindAddresses = (_host, done) =>
    done(null, [
      { address: '192.168.0.7', family: 4 },
      { address: '::1', family: 6 },
    ]);
  const client = createStorageClient({ allowedOrigins: [], findAddresses: answer });
  closers.push(() => client.close());
  await expect(client.get(new URL('https://rebound.example/x'), {}, signal)).rejects.toMatchObject({
    code: 'storage-refused',
  });
});

test('of several addresses the public ones are left', () => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '52.216.1.1', family: 4 },
  ];
  publicLookup((_host, done) => done(null, addresses))('x', { all: true }, (error, usable) => {
    expect([error, usable]).toEqual([null, [addresses[1]]]);
  });
});

test('an origin that configuration vouches for is asked, without credentials', async () => {
  const { origin } = await serve();
  const { client } = openClient({ allowedOrigins: [origin] });
  const response = await client.get(new URL('/x', origin), {}, signal);
  expect(await response.body.text()).toBe('authorization: undefined');
});
