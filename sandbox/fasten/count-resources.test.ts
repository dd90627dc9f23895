import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { countResources } from './count-resources.ts';

test('resources are counted by type, the type of a line of many megabytes included, wherever it stands', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'count-'));
  const data = 'A'.repeat(3 * 1024 * 1024);
  const lines = [
    '\uFEFF{"resourceType":"Patient","id":"1"}',
    '{"text":"a \\"resourceType\\" of nothing","resourceType":"Basic"}',
    `{"id":"2","data":"${data}","resourceType":"Binary"}`,
    `{"resourceType":"Media","content":{"data":"${data}"}}`,
    '',
    'not JSON',
    '[]',
    '{"resourceType":"Patient","id":"3"}',
  ];
  await writeFile(join(dir, 'file'), lines.join('\r\n'));
  const stats = await countResources(join(dir, 'file'));
  await rm(dir, { recursive: true });
  expect(stats).toEqual({ totalResources: 5, totalByResourceType: { Basic: 1, Binary: 1, Media: 1, Patient: 2 } });
});
