import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ImportWorld, startImportWorld } from '../../test/import-world.ts';
import { plainMediaType, uploadBinary } from './upload-binary.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());

const CHUNK = Buffer.alloc(64 * 1024, 'medplum ');
const bytes = (chunks: number) =>
  Readable.from(
    (function* () {
      for (let n = 0; n < chunks; n++) yield CHUNK;
    })(),
  );

test('what is streamed up is what comes down, with its type and its compartment', async () => {
  const patient = 'Patient/0a6f4c1e-52a6-4b5d-8f39-2d1f0f6c7aff';
  const contentType = 'application/pdf; qs=0.001';
  const id = await uploadBinary(world.medplum, { open: () => bytes(80), contentType, patient });
  const blob = await world.medplum.download(world.medplum.fhirUrl('Binary', id));
  expect(Buffer.from(await blob.arrayBuffer()).equals(Buffer.concat(Array(80).fill(CHUNK)))).toBe(true);
  const binary = await world.medplum.readResource('Binary', id);
  expect(binary).toMatchObject({ contentType: 'application/pdf', securityContext: { reference: patient } });
});

test('a lost reply is tried again with fresh bytes', async () => {
  let tries = 0;
  world.proxy.cut = (method, path) =>
    method === 'POST' && path.includes('/Binary') && tries++ === 0 ? 'after-request' : undefined;
  const id = await uploadBinary(world.medplum, { open: () => bytes(2), contentType: 'text/plain' });
  world.proxy.cut = () => undefined;
  expect(tries).toBe(2);
  const blob = await world.medplum.download(world.medplum.fhirUrl('Binary', id));
  expect(blob.size).toBe(2 * CHUNK.length);
});

test.each([
  ['application/pdf', 'application/pdf'],
  ['TEXT/HTML; charset=utf-8', 'text/html'],
  [' application/pdf ; qs=0.001', 'application/pdf'],
  ['pdf', 'application/octet-stream'],
  ['', 'application/octet-stream'],
  ['application//pdf', 'application/octet-stream'],
  ['application/x-sh', 'application/octet-stream'],
])('the content type %j is sent as %s', (given, sent) => {
  expect(plainMediaType(given)).toBe(sent);
});
