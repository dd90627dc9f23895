import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ImportWorld, startImportWorld } from '../../test/import-world.ts';
import { downloadBinary } from './download-binary.ts';
import { uploadBinary } from './upload-binary.ts';

let world: ImportWorld;
let folder: string;
beforeAll(async () => {
  world = await startImportWorld();
  folder = await mkdtemp(join(tmpdir(), 'binary-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const BYTES = Buffer.alloc(300_000, 'medplum ');
const sha256 = createHash('sha256').update(BYTES).digest('hex');
const { signal } = new AbortController();

test('what was streamed up is streamed down, and a Binary of other bytes is refused', async () => {
  const id = await uploadBinary(world.medplum, { open: () => Readable.from([BYTES]), contentType: 'text/plain' });
  const path = join(folder, 'a');
  const reference = `Binary/${id}`;
  expect(await downloadBinary(world.medplum, { reference, sha256 }, path, signal)).toBe(BYTES.length);
  expect((await readFile(path)).equals(BYTES)).toBe(true);
  const other = downloadBinary(world.medplum, { reference, sha256: sha256.replaceAll('a', 'b') }, path, signal);
  await expect(other).rejects.toMatchObject({ code: 'binary-changed' });
});

test('a Binary that is gone says so', async () => {
  const gone = { reference: `Binary/${crypto.randomUUID()}`, sha256 };
  await expect(downloadBinary(world.medplum, gone, join(folder, 'b'), signal)).rejects.toMatchObject({
    code: 'binary-404',
  });
});
