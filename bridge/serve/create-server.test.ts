import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import express from 'express';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HttpError } from '../errors.ts';
import { createLog } from '../observe/log.ts';
import { createMetrics } from '../observe/metrics.ts';
import { createServer, type ServerParts } from './create-server.ts';
import { type Listening, listen } from './listen.ts';
import { callerOf } from './require-caller.ts';

let pageFolder: string;
let listening: Listening | undefined;
let logged: string;

beforeEach(async () => {
  pageFolder = await mkdtemp(join(tmpdir(), 'page-'));
  logged = '';
});

afterEach(async () => {
  await listening?.close();
  await rm(pageFolder, { recursive: true });
});

/** A server with one signed route and some that need a caller. */
async function start(changes: Partial<ServerParts> = {}): Promise<string> {
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      logged += String(chunk);
      done();
    },
  });
  const signedRoutes = express.Router();
  signedRoutes.post('/webhook', (_req, res) => res.json({}));
  const callerRoutes = express.Router();
  callerRoutes.get('/me', (req, res) => res.json(callerOf(req).profile));
  callerRoutes.post('/echo', (req, res) => res.json(req.body));
  callerRoutes.get('/broken/:id', () => {
    throw new Error('a line of a record');
  });
  const app = createServer({
    apiPrefix: '/api/x',
    medplumBaseUrl: 'http://127.0.0.1:8103/',
    medplumProjectId: 'project-1',
    fastenBaseUrl: 'https://api.connect.fastenhealth.com/v1',
    stitchUrl: 'https://cdn.fastenhealth.com/connect/v4/fasten-stitch-element.js',
    pageFolder,
    trustedProxies: 0,
    requestsPerMinute: 1000,
    allowedOrigins: ['https://app.example.com'],
    signedRoutes,
    callerRoutes: [callerRoutes],
    identify: async (token) => {
      if (token !== 'good') {
        throw new HttpError(401, 'login', 'the access token is not valid');
      }
      return {
        profile: 'Patient/1',
        isAdmin: false,
        read: () => Promise.reject(),
        search: () => Promise.reject(),
        searchPage: () => Promise.reject(),
        client: () => Promise.reject() as never,
      };
    },
    checks: { redis: async () => 'PONG' },
    log: createLog('info', destination),
    metrics: createMetrics(),
    ...changes,
  });
  listening = await listen(app, '127.0.0.1', 0);
  return listening.origin;
}

const good = { authorization: 'Bearer good' };

test('a caller is known by the token, and by nothing else', async () => {
  const origin = await start();
  expect(await (await fetch(`${origin}/api/x/me`, { headers: good })).json()).toBe('Patient/1');
  for (const authorization of ['', 'Bearer', 'Bearer bad', 'Basic good', 'Bearer good good']) {
    const refused = await fetch(`${origin}/api/x/me?access_token=good`, { headers: { authorization } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
  }
});

test('the signed route needs no token, and an unknown one tells nothing without', async () => {
  const origin = await start();
  expect((await fetch(`${origin}/api/x/webhook`, { method: 'POST' })).status).toBe(200);
  expect((await fetch(`${origin}/api/x/unknown`)).status).toBe(401);
  expect((await fetch(`${origin}/api/x/unknown`, { headers: good })).status).toBe(404);
});

test('a fault of ours is an OperationOutcome with the request id and without its words', async () => {
  const origin = await start();
  const response = await fetch(`${origin}/api/x/broken/7`, { headers: { ...good, 'x-request-id': 'req-1' } });
  const text = await response.text();
  expect([response.status, response.headers.get('content-type')]).toEqual([
    500,
    'application/fhir+json; charset=utf-8',
  ]);
  expect(JSON.parse(text)).toMatchObject({
    resourceType: 'OperationOutcome',
    issue: [{ diagnostics: 'request req-1' }],
  });
  expect(`${text}${logged}`).not.toContain('a line of a record');
  expect(logged).toContain('"requestId":"req-1"');
});

test.each([
  ['{"broken', 400],
  [JSON.stringify({ text: 'x'.repeat(200_000) }), 413],
])('a body that cannot be taken is refused as an OperationOutcome (%#)', async (body, status) => {
  const origin = await start();
  const headers = { ...good, 'content-type': 'application/json' };
  const response = await fetch(`${origin}/api/x/echo`, { method: 'POST', headers, body });
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ resourceType: 'OperationOutcome' });
});

test('a body that is no JSON is refused, and so is a method that an address does not know', async () => {
  const origin = await start();
  const body = {
    method: 'POST',
    body: 'a=1',
    headers: { ...good, 'content-type': 'application/x-www-form-urlencoded' },
  };
  const other = await fetch(`${origin}/api/x/echo`, body);
  expect([other.status, await other.json()]).toMatchObject([415, { resourceType: 'OperationOutcome' }]);
  expect((await fetch(`${origin}/api/x/echo`, { method: 'POST', headers: good })).status).toBe(200);
  for (const [method, path, allow] of [
    ['PUT', '/imports/7', 'GET, HEAD'],
    ['GET', '/webhook', 'POST'],
    ['POST', '/connections/7', 'GET, DELETE, HEAD'],
  ] as const) {
    const response = await fetch(`${origin}/api/x${path}`, { method, headers: good });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect(await response.json()).toMatchObject({ resourceType: 'OperationOutcome' });
  }
});

test('pages of the named origins may call the API, pages of others may not', async () => {
  const origin = await start();
  const preflight = (from: string) => {
    const asked = { origin: from, 'access-control-request-method': 'GET' };
    return fetch(`${origin}/api/x/imports/7`, { method: 'OPTIONS', headers: asked });
  };
  const allowed = await preflight('https://app.example.com');
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
    204,
    'https://app.example.com',
  ]);
  expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization');
  expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
  const refused = await preflight('https://elsewhere.example.com');
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([405, null]);
  const call = await fetch(`${origin}/api/x/me`, { headers: { ...good, origin: 'https://app.example.com' } });
  expect(call.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
  const foreign = await fetch(`${origin}/api/x/me`, { headers: { ...good, origin: 'null' } });
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  expect(foreign.headers.get('x-content-type-options')).toBe('nosniff');
});

test('a client that asks too often is told so', async () => {
  const origin = await start({ requestsPerMinute: 2 });
  const statuses: number[] = [];
  for (let calls = 0; calls < 3; calls++) {
    statuses.push((await fetch(`${origin}/api/x/me`, { headers: good })).status);
  }
  expect(statuses).toEqual([200, 200, 429]);
  const refused = await fetch(`${origin}/api/x/me`, { headers: good });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'throttled' }] });
});

test('readiness names what does not answer', async () => {
  const origin = await start({
    checks: { redis: async () => 'PONG', medplum: () => Promise.reject(new Error('down')) },
  });
  const response = await fetch(`${origin}/readyz`);
  expect([response.status, await response.json()]).toEqual([503, { redis: 'ok', medplum: 'down' }]);
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
});

test('metrics count by route pattern, not by address', async () => {
  const origin = await start();
  await fetch(`${origin}/api/x/broken/secret-id`, { headers: good });
  const text = await (await fetch(`${origin}/metrics`)).text();
  expect(text).toContain('route="/broken/:id",status="500"');
  expect(text).not.toContain('secret-id');
});

test('the page is served with its settings once it is built', async () => {
  await mkdir(join(pageFolder, 'assets'));
  await writeFile(join(pageFolder, 'index.html'), '<title>bridge</title>');
  await writeFile(join(pageFolder, 'assets', 'app-1a2b.js'), '1');
  const origin = await start();
  expect(await (await fetch(`${origin}/`)).text()).toContain('bridge');
  const deep = await fetch(`${origin}/imports/7`, { headers: { accept: 'text/html' } });
  expect(await deep.text()).toContain('bridge');
  expect((await fetch(`${origin}/assets/app-1a2b.js`)).headers.get('cache-control')).toContain('immutable');
  expect((await fetch(`${origin}/assets/missing.js`)).status).toBe(404);
  const settings = await (await fetch(`${origin}/config.json`)).json();
  expect(settings).toEqual({
    medplumBaseUrl: 'http://127.0.0.1:8103/',
    medplumProjectId: 'project-1',
    apiPrefix: '/api/x',
    logosUrl: 'https://cdn.fastenhealth.com/logos/sources/',
  });
  const policy = deep.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("connect-src 'self' http://127.0.0.1:8103 ws://127.0.0.1:8103");
  expect(policy).toContain("script-src 'self' https://cdn.fastenhealth.com");
});

test('without a built page everything else works and the address is empty', async () => {
  const origin = await start();
  expect((await fetch(`${origin}/`, { headers: { accept: 'text/html' } })).status).toBe(404);
  expect((await fetch(`${origin}/config.json`)).status).toBe(200);
});
