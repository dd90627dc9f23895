import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ImportWorld, startImportWorld } from '../test/import-world.ts';
import { importFile } from './import-file.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());

test('a packed file is the same export as the file unpacked', async () => {
  const line = { resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'x' } };
  const plain = await world.writeFile([line]);
  const packed = await world.writeFile([]);
  await writeFile(packed, gzipSync(JSON.stringify(line)));
  const first = await importFile(world.medplum, { file: packed, connection: 'packed' });
  expect(first.report).toMatchObject({ lines: 1, created: 1 });
  const again = await importFile(world.medplum, { file: plain, connection: 'packed' });
  expect(again.report).toMatchObject({ lines: 1, unchanged: 1 });
  // The completed import was of these very bytes: there is nothing to tell about.
  expect(again.report.ledger).toBeUndefined();
});

test.each(['Doe, Jane', 'a|b', 'a$', 'a#1'])('a file called %j cannot name its connection', async (name) => {
  const file = `${await world.writeFile([])}.${name}.jsonl`;
  await writeFile(file, '{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"}}');
  await expect(importFile(world.medplum, { file })).rejects.toMatchObject({ code: 'connection-needed' });
});
