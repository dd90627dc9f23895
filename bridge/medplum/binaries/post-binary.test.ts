import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MedplumClient } from '@medplum/core';
import { afterEach, expect, test } from 'vitest';
import { LostReplyError } from '../client/lost-reply-error.ts';
import { Pacer, setPacer } from '../client/pacer.ts';
import { postBinary } from './post-binary.ts';

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

/** A server whose quota has room for so many Binaries a second, and a client that is paced. */
async function serve(roomFor: number) {
  const [statuses, waits]: [number[], number[]] = [[], []];
  let [left, endsAt] = [0, 0];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (Date.now() >= endsAt) [left, endsAt] = [roomFor * 100, Date.now() + 1_000];
      const status = left >= 100 ? 201 : 429;
      left = Math.max(0, left - 100);
      statuses.push(status);
      response.setHeader('ratelimit', ['"requests";r=900;t=1', `"fhirInteractions";r=${left};t=1`]);
      response.writeHead(status).end(JSON.stringify({ resourceType: 'Binary', id: `${statuses.length}` }));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  const medplum = new MedplumClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
  const pacer = new Pacer({ onWait: (waitMs) => waits.push(waitMs) });
  setPacer(medplum, pacer);
  return { medplum, pacer, statuses, waits };
}

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('medplum');
}
const contentType = 'text/plain';

test('uploads that the quota has no room for wait for its next window, and are refused by nobody', async () => {
  const { medplum, statuses, waits } = await serve(3);
  await postBinary(medplum, bytes(), { contentType });
  await Promise.all(Array.from({ length: 4 }, () => postBinary(medplum, bytes(), { contentType })));
  expect(statuses).toEqual([201, 201, 201, 201, 201]);
  expect(waits.length).toBeGreaterThan(0);
});

test('what an upload was refused holds back whatever else goes to that server', async () => {
  const { medplum, pacer, statuses } = await serve(0);
  await expect(postBinary(medplum, bytes(), { contentType })).rejects.toBeInstanceOf(LostReplyError);
  const patience = AbortSignal.timeout(50);
  await expect(pacer.admit(1, patience)).rejects.toMatchObject({ name: 'AbortError' });
  expect(statuses).toEqual([429]);
});
