import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { buildConnector } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { createStorageClient, type FindAddresses, publicLookup, type StorageOptions } from './storage-client.ts';

const signal = new AbortController().signal;
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** A client whose dialer notes what it was asked to connect to, and never connects. */
function openClient(options: Partial<StorageOptions> = {}) {
  const dialled: string[] = [];
  const connect: buildConnector.connector = ({ hostname }, done) => {
    dialled.push(hostname);
    done(new Error('dialled'), null);
  };
  const client = createStorageClient({ allowedOrigins: [], connect, ...options });
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

test.each([
  'http://files.example.com/x',
  'https://files.example.com:8443/x',
  'https://user:secret@files.example.com/x',
  'ftp://files.example.com/x',
  'https://127.0.0.1/x',
  'https://0x7f.1/x',
  'https://2130706433/x',
  'https://169.254.169.254/latest',
  'https://10.0.0.1/x',
  'https://[::1]/x',
  'https://[::ffff:169.254.169.254]/x',
  'https://[fd00::1]/x',
])('%s is refused before anything is dialled', async (url) => {
  const { client, dialled } = openClient();
  await expect(client.get(new URL(url), {}, signal)).rejects.toMatchObject({ code: 'storage-refused' });
  expect(dialled).toEqual([]);
});

test('a public https address is dialled', async () => {
  const { client, dialled } = openClient();
  await expect(client.get(new URL('https://files.example.com/x'), {}, signal)).rejects.toThrow('dialled');
  expect(dialled).toEqual(['files.example.com']);
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
