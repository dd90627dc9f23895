import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createFasten } from '../fasten/client.ts';
import { fetchFile } from './fetch-file.ts';
import { createStorageClient } from './storage-client.ts';

const FILE = { exportId: 't1', fileId: 'a.jsonl' };
const signal = new AbortController().signal;
const closers: (() => Promise<unknown>)[] = [];
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fetch-'));
});

afterAll(async () => {
  await rm(dir, { recursive: true });
});

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Fetches with Fasten answering as `api` says and storage, a second origin, as `files` says. */
async function fetchWith(api: (storage: string) => RequestListener, files: RequestListener = (_req, res) => res.end()) {
  const storageOrigin = await serve(files);
  const baseUrl = `${await serve(api(storageOrigin))}/v1`;
  const fasten = createFasten({ baseUrl, publicId: 'public_test_a', privateKey: 'private_test_(a)' });
  const storage = createStorageClient({ allowedOrigins: [storageOrigin] });
  closers.push(fasten.close, storage.close);
  const path = join(dir, `${Math.random()}.jsonl`);
  const bytes = await fetchFile({ fasten, storage, waitsMs: [1, 1] }, FILE, path, signal);
  return { path, bytes, text: await readFile(path, 'utf8') };
}

const redirect =
  (status: number): ((storage: string) => RequestListener) =>
  (storage) =>
  (_req, res) => {
    res.writeHead(status, { location: `${storage}/file?signature=1` }).end();
  };

test.each([301, 302, 303, 307, 308, 200])('a %i with a location is followed, without the key', async (status) => {
  const seen: (string | undefined)[] = [];
  const { text, bytes } = await fetchWith(redirect(status), (req, res) => {
    seen.push(req.headers.authorization);
    res.end('{"a":1}\n');
  });
  expect([text, bytes, seen]).toEqual(['{"a":1}\n', 8, [undefined]]);
});

test('the key goes to Fasten, in the first request alone', async () => {
  const seen: (string | undefined)[] = [];
  await fetchWith(() => (req, res) => {
    seen.push(req.headers.authorization, req.url);
    res.end('{}\n');
  });
  const key = `Basic ${Buffer.from('public_test_a:private_test_(a)').toString('base64')}`;
  expect(seen).toEqual([key, '/v1/bridge/fhir/ehi-export/t1/download/a.jsonl']);
});

test('what storage sends as gzip is unpacked', async () => {
  const { text } = await fetchWith(redirect(302), (_req, res) => {
    res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}\n'));
  });
  expect(text).toBe('{"a":1}\n');
});

test('a file that is cut off is fetched again with a fresh link', async () => {
  let links = 0;
  const { text } = await fetchWith(
    (storage) => (_req, res) => {
      links++;
      res.writeHead(302, { location: `${storage}/${links}` }).end();
    },
    (req, res) => {
      res.writeHead(200, { 'content-length': 8 });
      if (req.url === '/1') {
        res.write('{"a"');
        setImmediate(() => res.destroy());
      } else {
        res.end('{"a":1}\n');
      }
    },
  );
  expect([links, text]).toEqual([2, '{"a":1}\n']);
});

test('a link that storage says has expired is asked for again', async () => {
  let calls = 0;
  const { text } = await fetchWith(redirect(302), (_req, res) => {
    calls++;
    res.writeHead(calls === 1 ? 403 : 200).end('{}');
  });
  expect([calls, text]).toEqual([2, '{}']);
});

test('storage that redirects in a circle is given up', async () => {
  const circle: RequestListener = (_req, res) => res.writeHead(302, { location: '/again' }).end();
  await expect(fetchWith(redirect(302), circle)).rejects.toMatchObject({ code: 'storage-redirects' });
});

test('a redirect into the private network is refused for good', async () => {
  const inward = () => (_req: unknown, res: Parameters<RequestListener>[1]) =>
    res.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
  await expect(fetchWith(inward)).rejects.toMatchObject({ name: 'PermanentError', code: 'storage-refused' });
});

test.each([404, 410])('an export that Fasten answers %i for is gone for good', async (status) => {
  const gone = () => (_req: unknown, res: Parameters<RequestListener>[1]) => res.writeHead(status).end();
  await expect(fetchWith(gone)).rejects.toMatchObject({ name: 'PermanentError', code: 'export-gone' });
});

test('other faults of Fasten keep their status as a code after the last try', async () => {
  const down = () => (_req: unknown, res: Parameters<RequestListener>[1]) => res.writeHead(503).end();
  await expect(fetchWith(down)).rejects.toMatchObject({ code: 'fasten-503' });
});

test('nobody else on the machine may read the file', async () => {
  const { path } = await fetchWith(() => (_req, res) => res.end('{}'));
  expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
});
