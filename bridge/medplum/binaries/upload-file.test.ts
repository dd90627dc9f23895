import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperationOutcomeError } from '@medplum/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ImportWorld, startImportWorld } from '../../test/import-world.ts';
import { uploadFile } from './upload-file.ts';

let world: ImportWorld;
let folder: string;
beforeAll(async () => {
  world = await startImportWorld();
  folder = await mkdtemp(join(tmpdir(), 'upload-file-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const contentType = 'application/fhir+ndjson';

async function fileOf(bytes: Buffer): Promise<string> {
  const path = join(folder, 'export.jsonl');
  await writeFile(path, bytes);
  return path;
}

async function bytesOf(id: string): Promise<Buffer> {
  const blob = await world.medplum.download(world.medplum.fhirUrl('Binary', id));
  return Buffer.from(await blob.arrayBuffer());
}

test('a file of many chunks comes down as it went up', async () => {
  const bytes = randomBytes(5_000_003);
  const patient = 'Patient/0a6f4c1e-52a6-4b5d-8f39-2d1f0f6c7aff';
  const id = await uploadFile(world.medplum, await fileOf(bytes), { contentType, patient });
  expect((await bytesOf(id)).equals(bytes)).toBe(true);
  const binary = await world.medplum.readResource('Binary', id);
  expect(binary).toMatchObject({ contentType, securityContext: { reference: patient } });
});

test.each(['before-server', 'after-request'] as const)(
  'a reply lost %s is asked for again, with all the bytes',
  async (cut) => {
    let tries = 0;
    world.proxy.cut = (method, path) =>
      method === 'POST' && path.includes('/Binary') && tries++ === 0 ? cut : undefined;
    const bytes = randomBytes(700_000);
    const id = await uploadFile(world.medplum, await fileOf(bytes), { contentType });
    world.proxy.cut = () => undefined;
    expect(tries).toBe(2);
    expect((await bytesOf(id)).equals(bytes)).toBe(true);
  },
);

test('a refusal is the server’s own', async () => {
  const upload = uploadFile(world.medplum, await fileOf(Buffer.from('MZ')), {
    contentType: 'application/x-msdownload',
  });
  await expect(upload).rejects.toBeInstanceOf(OperationOutcomeError);
});
