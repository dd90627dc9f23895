import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { pacedFetch } from './paced-fetch.ts';
import { Pacer, type Pacing, readQuota } from './pacer.ts';

interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

const PLENTY = { ratelimit: '"fhirInteractions";r=49000;t=58' };
const OK: Answer = { status: 200, body: '{}', headers: PLENTY };

/** The outcome of a refusal as Medplum writes it. */
function refusal(msBeforeNext: number): Answer {
  const diagnostics = JSON.stringify({ _remainingPoints: 0, _msBeforeNext: msBeforeNext, limit: 50_000 });
  const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'throttled', diagnostics }] };
  return { status: 429, body: JSON.stringify(outcome), headers: { ratelimit: '"fhirInteractions";r=0;t=58' } };
}

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

/** A server that gives these answers in turn, the last one for ever. */
async function serve(answers: readonly Answer[], pacing: Pacing = {}, mostRefusals?: number) {
  const seen: { method: string | undefined; body: string }[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const { status, body, headers } = answers[Math.min(seen.length, answers.length - 1)] ?? OK;
    void text(request).then((sent) => {
      seen.push({ method: request.method, body: sent });
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  const waits: number[] = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir/R4/`;
  const pacer = new Pacer({ onWait: (waitMs) => waits.push(waitMs), ...pacing });
  const fetchIt = pacedFetch(fetch, pacer, mostRefusals);
  return { seen, waits, post: (init?: RequestInit) => fetchIt(url, { method: 'POST', body: 'bundle', ...init }) };
}

test.each([
  ['in seconds', () => '1'],
  ['as a date', () => new Date(Date.now() + 1_500).toUTCString()],
])('a gateway that refuses says when to come again %s', async (_how, retryAfter) => {
  const headers = { 'retry-after': retryAfter(), 'content-type': 'text/html' };
  const { seen, waits, post } = await serve([{ status: 429, body: '<h1>429</h1>', headers }, OK]);
  expect((await post()).status).toBe(200);
  expect(seen).toHaveLength(2);
  expect(waits).toHaveLength(1);
  expect(waits[0]).toBeLessThanOrEqual(1_600);
});

test('a request that was refused for the quota is sent again, whole, when the server says', async () => {
  const { seen, waits, post } = await serve([refusal(120), OK]);
  const response = await post();
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({});
  expect(seen.map(({ method, body }) => [method, body])).toEqual([
    ['POST', 'bundle'],
    ['POST', 'bundle'],
  ]);
  expect(waits).toHaveLength(1);
});

test.each([
  ['the milliseconds that the outcome names', refusal(600_000), 10],
  ['else by the header', { status: 429, headers: { ratelimit: '"fhirInteractions";r=0;t=1200' } }, 20],
])(
  'how long to wait after a refusal is told by %s, and a signal ends the waiting',
  async (_, answer: Answer, minutes) => {
    const controller = new AbortController();
    const { seen, post } = await serve([answer], { onWait: (waitMs) => controller.abort(waitMs) });
    await expect(post({ signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(Math.round(controller.signal.reason / 60_000)).toBe(minutes);
    expect(seen).toHaveLength(1);
  },
);

test('other answers are passed on at once and only asked for once', async () => {
  for (const status of [200, 201, 400, 404, 412, 500]) {
    const { seen, waits, post } = await serve([{ status, headers: PLENTY }]);
    expect((await post()).status).toBe(status);
    expect([seen.length, waits.length]).toEqual([1, 0]);
    await close?.();
  }
});

test('a refusal that never ends is passed on after as many tries as were allowed, with its body unread', async () => {
  const { seen, post } = await serve([refusal(1)], {}, 2);
  const response = await post();
  expect(response.status).toBe(429);
  expect(await response.text()).toContain('_msBeforeNext');
  expect(seen).toHaveLength(3);
});

/** A bundle of so many creates, 100 units each. */
const bundleOf = (entries: number): string =>
  JSON.stringify({ entry: Array.from({ length: entries }, () => ({ request: { method: 'POST', url: 'Basic' } })) });

test('a bundle that does not fit what is left waits for the window to turn over, a cheap request passes it', async () => {
  const left = (units: number): Answer => ({ ...OK, headers: { ratelimit: `"fhirInteractions";r=${units};t=1` } });
  const { seen, waits, post } = await serve([left(500), left(400), OK]);
  await post({ body: bundleOf(1) });
  const dear = post({ body: bundleOf(6) });
  await post({ body: bundleOf(1) });
  expect(seen.map(({ body }) => body)).toEqual([bundleOf(1), bundleOf(1)]);
  await dear;
  expect(waits).toHaveLength(1);
  expect(seen).toHaveLength(3);
});

test('the limit of requests by address is obeyed too', async () => {
  const { seen, waits, post } = await serve([{ ...OK, headers: { ratelimit: '"requests";r=0;t=1' } }, OK]);
  await post();
  await Promise.all([post(), post()]);
  expect([seen.length, waits.length]).toEqual([3, 1]);
});

test.each([
  [null, undefined],
  ['nonsense', undefined],
  ['"otherLimit";r=0;t=60', undefined],
  ['"authRequests";r=1;t=9, "fhirInteractions";r=12;t=7', { unitsLeft: 12, resetSeconds: 7 }],
])('the header %s says %o', (header, quota) => {
  expect(readQuota(header, 'fhirInteractions')).toEqual(quota);
});
