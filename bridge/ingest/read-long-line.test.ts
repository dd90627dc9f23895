import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadDefinitions } from './load-definitions.ts';
import { readLongLine } from './read-long-line.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'long-line-'));
  await loadDefinitions();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(text: string) {
  const file = join(folder, 'line.jsonl');
  await writeFile(file, `before\n${text}\nafter`);
  return readLongLine({ file, offset: 7, length: Buffer.byteLength(text) });
}

test('the type and the id are found behind megabytes of data, which are left out', async () => {
  const data = 'QUJD'.repeat(1_500_000);
  const line = `{"data":"${data}","contentType":"application/pdf","meta":{"lastUpdated":"2024-01-01T00:00:00Z"},"id":"a+/=","resourceType":"Binary"}`;
  expect(await read(line)).toEqual({
    key: { resourceType: 'Binary', id: 'a+/=' },
    resource: {
      data: '',
      contentType: 'application/pdf',
      meta: { lastUpdated: '2024-01-01T00:00:00Z' },
      id: 'a+/=',
      resourceType: 'Binary',
    },
  });
});

test('a long line of many small strings is read whole, escapes and multi-byte characters too', async () => {
  const entry = Array.from({ length: 60_000 }, (_, n) => ({ item: { display: `Größe "${n}" \u0001 \\` } }));
  const resource = { resourceType: 'List', id: 'l', status: 'current', mode: 'working', entry };
  expect(await read(JSON.stringify(resource))).toEqual({ key: { resourceType: 'List', id: 'l' }, resource });
});

test.each([
  ['cut short', '{"resourceType":"Binary","id":"x","data":"QUJD', 'not-json'],
  ['an array', '[1]', 'not-a-resource'],
  ['nested 5,000 deep', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`, 'not-json'],
  ['a key of 10,000 characters', `{"${'k'.repeat(10_000)}":1}`, 'not-json'],
  ['without an id', '{"resourceType":"Binary"}', 'no-id'],
  ['of an unknown type', '{"resourceType":"Nonsense","id":"1"}', 'unknown-resource-type'],
])('a long line that is %s is told apart', async (_, text, code) => {
  expect(await read(text)).toMatchObject({ code });
});
