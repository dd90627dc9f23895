import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadDefinitions } from '../shape/load-definitions.ts';
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

async function readSource(text: string) {
  return (await read(text)).source;
}

test('the type and the id are found behind megabytes of data, which are left in the file', async () => {
  const data = 'QUJD'.repeat(1_500_000);
  const line = `{"data":"${data}","contentType":"application/pdf","meta":{"lastUpdated":"2024-01-01T00:00:00Z"},"id":"a+/=","resourceType":"Binary"}`;
  const { source, large } = await read(line);
  const [[mark, place]] = [...large] as [[string, object]];
  expect(source).toEqual({
    key: { resourceType: 'Binary', id: 'a+/=' },
    resource: { ...JSON.parse(line), data: mark },
  });
  expect(place).toMatchObject({ offset: 7 + 9, length: data.length });
  expect(mark).toMatch(/^[0-9a-f]{64}$/);
});

test('several large strings are left out, escapes and all, and what stands between them stays', async () => {
  const [one, two] = [`\\"ß${'x'.repeat(40_000)}`, `${'y'.repeat(40_000)}\\`];
  const resource = { resourceType: 'Observation', id: 'o', a: [one, 1], note: 'z'.repeat(30_000), b: { c: two } };
  const { source, large } = await read(JSON.stringify(resource));
  const [first, second] = [...large.keys()];
  expect(source).toMatchObject({ resource: { ...resource, a: [first, 1], b: { c: second } } });
});

test('a Bundle is told as such, and nothing of it is held', async () => {
  const text = `{"entry":[{"resource":{"resourceType":"Basic","id":"${'x'.repeat(50_000)}"}}],"resourceType":"Bundle"}`;
  expect(await readSource(text)).toEqual({ code: 'bundle-unwrapped', resourceType: 'Bundle' });
});

test('what is too much to hold even without its large strings is told so, with its type', async () => {
  const text = `{"resourceType":"List","a":[${'"xxxxxxxx",'.repeat(1_600_000)}1]}`;
  expect(await readSource(text)).toEqual({ code: 'too-large', resourceType: 'List' });
});

test('a long line of many small strings is read whole, escapes and multi-byte characters too', async () => {
  const entry = Array.from({ length: 60_000 }, (_, n) => ({ item: { display: `Größe "${n}" \u0001 \\` } }));
  const resource = { resourceType: 'List', id: 'l', status: 'current', mode: 'working', entry };
  expect(await readSource(JSON.stringify(resource))).toEqual({ key: { resourceType: 'List', id: 'l' }, resource });
});

test.each([
  ['cut short', '{"resourceType":"Binary","id":"x","data":"QUJD', 'not-json'],
  ['an array', '[1]', 'not-a-resource'],
  ['nested 5,000 deep', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`, 'nested-too-deeply'],
  ['a key of 20 megabytes', `{"${'k'.repeat(20 << 20)}":1}`, 'too-large'],
  ['without an id', '{"resourceType":"Binary"}', 'no-id'],
  ['of an unknown type', '{"resourceType":"Nonsense","id":"1"}', 'unknown-resource-type'],
])('a long line that is %s is told apart', async (_, text, code) => {
  expect(await readSource(text)).toMatchObject({ code });
});
