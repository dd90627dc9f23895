import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FastenFault } from '../faults/fault-kinds.ts';
import type { FaultChange } from '../faults/faults.ts';
import { receiveWebhooks, type WebhookReceiver } from './receive-webhooks.ts';
import { SANDBOX_KEYS } from './sandbox-keys.ts';
import { type SandboxFasten, startFasten } from './start-fasten.ts';

const LINES = Array.from({ length: 40 }, (_, at) => `{"resourceType":"Condition","id":"c${at}"}\n`).join('');
const authorization = `Basic ${btoa(`${SANDBOX_KEYS.publicId}:${SANDBOX_KEYS.privateKey}`)}`;
let dir: string;
let file: string;
let webhook: WebhookReceiver;
let fasten: SandboxFasten;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'faults-'));
  file = join(dir, 'record.jsonl');
  await writeFile(file, LINES);
  webhook = await receiveWebhooks(SANDBOX_KEYS.webhookSecret);
  fasten = await startFasten({ webhookUrl: webhook.url, exportDelayMs: 10, retryDelaysMs: [5, 5, 5, 5] });
});

afterEach(async () => {
  await fasten.close();
  await webhook.close();
  await rm(dir, { recursive: true, force: true });
});

/** By HTTP, as another process does it. */
async function put(change: FaultChange<FastenFault>) {
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'PUT', headers, body: JSON.stringify(change) };
  const answer = await fetch(`${fasten.adminUrl}/faults`, init);
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

async function delivered(count = 1) {
  const { eventId } = await fasten.sendTest();
  await webhook.waitFor('webhook.test', count);
  for (;;) {
    const delivery = fasten.deliveries().find((each) => each.eventId === eventId);
    if (delivery?.state === 'delivered') return delivery;
    await new Promise((done) => setTimeout(done, 5));
  }
}

async function linkOfExport(): Promise<string> {
  const { orgConnectionId } = await fasten.createConnection({ file });
  const headers = { authorization, 'content-type': 'application/json' };
  const body = JSON.stringify({ org_connection_id: orgConnectionId });
  await fetch(`${fasten.baseUrl}/bridge/fhir/ehi-export`, { method: 'POST', headers, body });
  return `${(await webhook.waitFor('patient.ehi_export_success')).data.download_link}`;
}

interface Download {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
  readonly error?: string | undefined;
}

/** By node:http, which shows what was sent and how it ended. */
async function download(link: string, headers: Record<string, string> = {}) {
  const redirect = await fetch(link, { headers: { authorization }, redirect: 'manual' });
  const location = redirect.headers.get('location') ?? '';
  return new Promise<Download>((resolve) => {
    const chunks: Buffer[] = [];
    let answer: IncomingMessage | undefined;
    const end = (error?: NodeJS.ErrnoException) => {
      const { statusCode: status = 0, headers = {} } = answer ?? {};
      resolve({ status, headers, body: Buffer.concat(chunks), ...(error && { error: error.code }) });
    };
    request(location, { headers }, (res) => {
      answer = res
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => end())
        .on('error', end);
    })
      .on('error', end)
      .end();
  });
}

test('switched on over HTTP, a fault says how often it struck, and is switched off again', async () => {
  const { body } = await put({ duplicated: { times: 1, copies: 3 } });
  expect(body).toContainEqual(
    expect.objectContaining({ name: 'duplicated', setting: expect.objectContaining({ copies: 3 }) }),
  );
  const { attempts } = await delivered(3);
  expect(attempts).toMatchObject([{ outcome: 200, copies: 3 }]);
  expect(new Set(webhook.received.map(({ id }) => id)).size).toBe(1);
  await delivered(4);
  const states = JSON.parse(await (await fetch(`${fasten.adminUrl}/faults`)).text());
  expect(states).toContainEqual(expect.objectContaining({ name: 'duplicated', asked: 2, struck: 1 }));
  await fetch(`${fasten.adminUrl}/faults`, { method: 'DELETE' });
  expect(fasten.faults.state().every(({ setting }) => setting === null)).toBe(true);
});

test('what cannot be switched is refused in one line', async () => {
  expect(await put({ late: { rate: 2 } })).toMatchObject({
    status: 400,
    body: { error: expect.stringMatching(/^late\.rate: /) },
  });
  expect((await put(JSON.parse('{"colour":{}}'))).status).toBe(400);
});

test('a page of another origin may not switch anything, whatever name leads here', async () => {
  for (const headers of [{ origin: 'https://evil.example' }, { host: 'evil.example' }]) {
    const status = await new Promise((resolve, reject) => {
      request(`${fasten.adminUrl}/faults`, { headers }, (res) => resolve(res.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  }
});

test('events overtake one that is out of order', async () => {
  await put({ outOfOrder: { times: 1 } });
  await linkOfExport();
  await webhook.waitFor('patient.connection_success');
  expect(webhook.received.map(({ type }) => type)).toEqual([
    'patient.ehi_export_success',
    'patient.connection_success',
  ]);
});

test('what is out of order and overtaken by nothing comes late, as does what is late', async () => {
  await put({ outOfOrder: { ms: 50 } });
  await delivered();
  await put({ outOfOrder: null, late: { ms: 50 } });
  await delivered(2);
});

test.each(['wrongSignature', 'wrongSecret', 'staleTimestamp', 'alteredBody'] as const)(
  '%s: a delivery that is not genuine comes before the one that is',
  async (fault) => {
    await put({ [fault]: { times: 1 } });
    const { forged } = await delivered(2);
    expect(forged).toEqual([{ fault, outcome: 200 }]);
    expect(webhook.received.map(({ isGenuine }) => isGenuine)).toEqual([false, true]);
  },
);

test('a delivery that is replayed is the same to the byte', async () => {
  await put({ replayed: { times: 1 } });
  await delivered(2);
  const [first, second] = webhook.received;
  expect(second).toEqual(first);
});

test('the API is unavailable, and a signed address has expired', async () => {
  await put({ apiUnavailable: { times: 1 }, expiredLink: { times: 1 } });
  expect((await fetch(`${fasten.baseUrl}/bridge/org?public_id=${SANDBOX_KEYS.publicId}`)).status).toBe(503);
  const link = await linkOfExport();
  expect((await download(link)).status).toBe(403);
  expect((await download(link)).status).toBe(200);
});

test('a file comes slowly, and whole', async () => {
  await put({ slowDownload: { ms: 50 } });
  expect((await download(await linkOfExport())).body.toString()).toBe(LINES);
});

test.each(['cutDownload', 'truncatedDownload'] as const)(
  '%s: fewer bytes come than were promised, and the rest by a range',
  async (fault) => {
    await put({ [fault]: { times: 1 } });
    const link = await linkOfExport();
    const cut = await download(link);
    expect(cut.headers['content-length']).toBe(`${LINES.length}`);
    expect(cut.error).toBe('ECONNRESET');
    expect(cut.body.length).toBeLessThan(LINES.length);
    // Another fault, so that the part is sent in the same way as the whole.
    await put({ slowDownload: { ms: 1 } });
    const range = { range: `bytes=${cut.body.length}-`, 'if-range': `${cut.headers.etag}` };
    const rest = await download(link, range);
    expect([rest.status, `${cut.body}${rest.body}`]).toEqual([206, LINES]);
    expect((await download(link, { ...range, 'if-range': '"other"' })).status).toBe(200);
  },
);

test('a file that is short says nothing about it, and is another one by its ETag', async () => {
  await put({ shortDownload: { times: 1 } });
  const link = await linkOfExport();
  const short = await download(link);
  expect(short.error).toBeUndefined();
  expect(short.headers['content-length']).toBe(`${short.body.length}`);
  expect(LINES.startsWith(short.body.toString())).toBe(true);
  expect(short.body.length).toBeLessThan(LINES.length);
  await put({ slowDownload: { ms: 1 } });
  expect((await download(link)).headers.etag).not.toBe(short.headers.etag);
});

test('a corrupt file differs in as many bytes as was said, the same ones for the same seed', async () => {
  const link = await linkOfExport();
  const bodies: Buffer[] = [];
  for (const seed of [1, 1, 2]) {
    await put({ corruptDownload: { times: 1, bytes: 2, seed } });
    bodies.push((await download(link)).body);
  }
  const [first, again, other] = bodies;
  const differing = [...Buffer.from(LINES)].filter((byte, at) => byte !== first?.[at]);
  expect(differing).toHaveLength(2);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test('a packed file says so in a header, or by nothing but its bytes', async () => {
  await put({ gzipEncoded: {} });
  const link = await linkOfExport();
  const encoded = await download(link, { 'accept-encoding': 'gzip' });
  expect([encoded.headers['content-encoding'], gunzipSync(encoded.body).toString()]).toEqual(['gzip', LINES]);
  expect((await download(link)).body.toString()).toBe(LINES);
  await put({ gzipEncoded: null, gzipFile: {} });
  const bare = await download(link);
  expect([bare.headers['content-encoding'], gunzipSync(bare.body).toString()]).toEqual([undefined, LINES]);
});
