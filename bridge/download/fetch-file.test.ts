import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createFasten } from '../fasten/client.ts';
import { noteDials, REFUSED_TARGETS } from '../test/note-dials.ts';
import { fetchFile } from './fetch-file.ts';
import { createStorageClient } from './storage-client.ts';

const FILE = { exportId: 't1', fileId: 'a.jsonl' };
const signal = new AbortController().signal;
const closers: (() => Promise<unknown>)[] = [];
/** Addresses that a socket would have been opened to besides the two servers of a test. */
const dialled: string[] = [];
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
  const makeDialer = noteDials(dialled);
  const storage = createStorageClient({ allowedOrigins: [storageOrigin], makeDialer });
  closers.push(fasten.close, storage.close);
  const path = join(dir, `${Math.random()}.jsonl`);
  const bytes = await fetchFile({ fasten, storage, waitsMs: [1, 1, 1, 1, 1, 1] }, FILE, path, signal);
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

test('what storage sends as gzip is stored as it is sent', async () => {
  const { path } = await fetchWith(redirect(302), (_req, res) => {
    res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}\n'));
  });
  expect(gunzipSync(await readFile(path)).toString()).toBe('{"a":1}\n');
});

test('an encoding that nobody asked for is not taken for the file', async () => {
  const files: RequestListener = (_req, res) => res.writeHead(200, { 'content-encoding': 'br' }).end('x');
  await expect(fetchWith(redirect(302), files)).rejects.toMatchObject({ code: 'download-encoding' });
});

const CONTENT = `${'{"a":1}\n'.repeat(1000)}{"a":2}\n`;

interface Host {
  /** The answer's ETag, by the number of the request from 1 on. */
  readonly etag?: (request: number) => string;
  readonly ranges?: boolean;
  /** How many bytes each answer brings before it breaks. */
  readonly cutAfter?: number;
  readonly content?: (request: number) => string;
}

/** Sends a piece and ends the connection once the other side has had a turn to read it: it drops what it did not read. */
function cut(res: ServerResponse, piece: string | Uint8Array): void {
  res.write(piece, () => setTimeout(() => res.socket?.end(), 100));
}

/** Storage like S3: ETag, ranges, If-Range; each of its links works once. */
function startHost({ etag = () => '"v1"', ranges = true, cutAfter = 3000, content = () => CONTENT }: Host) {
  const asked: (string | undefined)[] = [];
  const links = new Set<string | undefined>();
  const answer: RequestListener = (req, res) => {
    if (links.has(req.url)) {
      res.writeHead(403).end();
      return;
    }
    links.add(req.url);
    asked.push(req.headers.range);
    const [tag, body] = [etag(asked.length), Buffer.from(content(asked.length))];
    const isPart = ranges && req.headers.range !== undefined && req.headers['if-range'] === tag;
    const from = isPart ? Number(/\d+/.exec(req.headers.range ?? '')?.[0]) : 0;
    const part = body.subarray(from);
    res.writeHead(isPart ? 206 : 200, {
      etag: tag,
      'content-length': part.length,
      ...(isPart && { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }),
    });
    if (part.length <= cutAfter) res.end(part);
    else cut(res, part.subarray(0, cutAfter));
  };
  let link = 0;
  const api: Parameters<typeof fetchWith>[0] = (storage) => (_req, res) => {
    res.writeHead(302, { location: `${storage}/${link++}` }).end();
  };
  return { api, answer, asked };
}

test('a file that is cut off goes on from there, each time with a fresh link, however often', async () => {
  const { api, answer, asked } = startHost({ cutAfter: 1000 });
  const { text } = await fetchWith(api, answer);
  expect(text).toBe(CONTENT);
  expect(asked.length).toBeGreaterThan(4);
  expect(asked[0]).toBeUndefined();
  expect(asked.slice(1).every((range) => /^bytes=\d+-$/.test(range ?? ''))).toBe(true);
});

test('a file that has changed in between begins anew', async () => {
  const etag = (request: number) => (request === 1 ? '"v1"' : '"v2"');
  const content = (request: number) => (request === 1 ? CONTENT : CONTENT.replaceAll('1', '3'));
  const { api, answer } = startHost({ etag, content, cutAfter: 6000 });
  expect((await fetchWith(api, answer)).text).toBe(CONTENT.replaceAll('1', '3'));
});

test('a host that answers a part of another file is not believed', async () => {
  const { api, answer } = startHost({ cutAfter: 6000 });
  let requests = 0;
  const { text } = await fetchWith(api, (req, res) => {
    requests++;
    if (req.headers.range === undefined) answer(req, res);
    else res.writeHead(206, { etag: '"other"', 'content-range': 'bytes 0-1/2' }).end('xx');
  }).catch((error: Error) => ({ text: error.message }));
  expect(requests).toBeGreaterThan(2);
  expect(['download-cut-off', 'download-changed', 'other side closed', 'terminated']).toContain(text);
});

test('a host without ranges sends the whole file again', async () => {
  const { api, answer, asked } = startHost({ ranges: false, cutAfter: 100_000 });
  let first = true;
  const { text } = await fetchWith(api, (req, res) => {
    if (!first) return answer(req, res);
    first = false;
    res.writeHead(200, { etag: '"v1"', 'content-length': CONTENT.length });
    cut(res, '{"b"');
  });
  expect([text, asked]).toEqual([CONTENT, ['bytes=4-']]);
});

test('a file that has become shorter than its part begins anew', async () => {
  const { api, answer, asked } = startHost({ cutAfter: 100_000 });
  let first = true;
  const { text } = await fetchWith(api, (req, res) => {
    if (req.headers.range !== undefined) return void res.writeHead(416).end();
    if (!first) return answer(req, res);
    first = false;
    res.writeHead(200, { etag: '"v1"', 'content-length': CONTENT.length });
    cut(res, '{"b"');
  });
  expect([text, asked]).toEqual([CONTENT, [undefined]]);
});

test('a file whose last line is cut is fetched once more, and taken as it is when it stays so', async () => {
  const cut = '{"a":1}\n{"a":';
  const healed = startHost({ content: (request) => (request === 1 ? cut : CONTENT), cutAfter: 100_000 });
  expect((await fetchWith(healed.api, healed.answer)).text).toBe(CONTENT);
  const stays = startHost({ content: () => cut });
  expect((await fetchWith(stays.api, stays.answer)).text).toBe(cut);
  expect(stays.asked).toEqual([undefined, undefined]);
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

/** Answers with a redirect to anywhere. */
const leadTo =
  (location: string): RequestListener =>
  (_req, res) =>
    res.writeHead(302, { location }).end();

test.each(REFUSED_TARGETS)('Fasten cannot lead us to %s: refused for good, nothing is dialled', async (target) => {
  const away = fetchWith(() => leadTo(target));
  await expect(away).rejects.toMatchObject({ name: 'PermanentError', code: 'storage-refused' });
  expect(dialled).toEqual([]);
});

test.each(REFUSED_TARGETS)('nor can the storage that it leads us to lead on to %s', async (target) => {
  const away = fetchWith(redirect(302), leadTo(target));
  await expect(away).rejects.toMatchObject({ name: 'PermanentError', code: 'storage-refused' });
  expect(dialled).toEqual([]);
});

test('storage on this machine that nobody vouches for is another host: it is not asked', async () => {
  const asked: string[] = [];
  const elsewhere = await serve((req, res) => {
    asked.push(req.url ?? '');
    res.end('{}');
  });
  await expect(fetchWith(redirect(302), leadTo(`${elsewhere}/x`))).rejects.toMatchObject({ code: 'storage-refused' });
  expect([asked, dialled]).toEqual([[], []]);
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

test('a download that outlasts its signed link raises an alarm before that ends, a quick one does not', async () => {
  const told = Promise.withResolvers<void>();
  const origin = await serve(async (_req, res) => {
    res.write('{"a":1}\n');
    await told.promise;
    res.end();
  });
  const fasten = createFasten({ baseUrl: `${origin}/v1`, publicId: 'public_test_a', privateKey: 'private_test_a' });
  const storage = createStorageClient({ allowedOrigins: [] });
  closers.push(fasten.close, storage.close);
  const deps = { fasten, storage, linkAgesMs: 1, onAgingLink: () => told.resolve() };
  expect(await fetchFile(deps, FILE, join(dir, 'slow.jsonl'), signal)).toBe(8);
  let alarms = 0;
  const quick = { fasten, storage, onAgingLink: () => alarms++ };
  await fetchFile(quick, FILE, join(dir, 'quick.jsonl'), signal);
  expect(alarms).toBe(0);
});
