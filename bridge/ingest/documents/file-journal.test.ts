import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ImportWorld, startImportWorld } from '../../test/import-world.ts';
import { importFile } from '../import-file.ts';
import { openFileJournal } from './file-journal.ts';

let world: ImportWorld;
let root: string;
let folder: string;
beforeAll(async () => {
  world = await startImportWorld();
  root = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterAll(async () => {
  await world.close();
  await rm(root, { recursive: true, force: true });
});
beforeEach(() => {
  folder = join(root, randomUUID());
});

test('what was added is found by the next process, for its own namespace, until the journal is removed', async () => {
  const journal = await openFileJournal(folder, '../a b');
  await journal.add('h1', 'b1');
  expect(await journal.find('h1')).toBe('b1');
  expect(await (await openFileJournal(folder, '../a b')).find('h1')).toBe('b1');
  expect(await (await openFileJournal(folder, 'other')).find('h1')).toBeUndefined();
  expect(await readdir(folder)).toHaveLength(1);
  await journal.remove();
  expect(await (await openFileJournal(folder, '../a b')).find('h1')).toBeUndefined();
});

test('half a line of a process that was killed counts as nothing and spoils nothing', async () => {
  await (await openFileJournal(folder, 'torn')).add('h1', 'b1');
  await appendFile(join(folder, 'torn.ndjson'), '{"sha256":"h2","bin');
  const next = await openFileJournal(folder, 'torn');
  expect([await next.find('h1'), await next.find('h2')]).toEqual(['b1', undefined]);
  await next.add('h3', 'b3');
  await next.add('h4', 'b4');
  const last = await openFileJournal(folder, 'torn');
  expect([await last.find('h1'), await last.find('h3'), await last.find('h4')]).toEqual(['b1', 'b3', 'b4']);
});

test('a file whose import stopped behind an upload does not upload again, and leaves no journal when it is done', async () => {
  const data = Buffer.from('a letter').toString('base64');
  const file = await world.writeFile([
    { resourceType: 'Binary', id: 'b', contentType: 'text/plain', data },
    {
      resourceType: 'DocumentReference',
      id: 'd',
      status: 'current',
      content: [{ attachment: { contentType: 'text/plain', url: 'Binary/b' } }],
    },
  ]);
  const stopping = new AbortController();
  const uploads: string[] = [];
  world.proxy.cut = (method, path, body) => {
    if (method === 'POST' && path.endsWith('/Binary')) uploads.push(body);
    const isLoad = body.includes('"transaction"') && body.includes('DocumentReference');
    if (isLoad && !stopping.signal.aborted) {
      stopping.abort(new Error('stopped'));
      return 'before-server';
    }
    return undefined;
  };
  const load = (signal?: AbortSignal) =>
    importFile(world.medplum, { file, connection: 'journal', journals: folder, signal });
  await load(stopping.signal).catch(() => undefined);
  expect(stopping.signal.aborted).toBe(true);
  expect(await readFile(join(folder, 'journal.ndjson'), 'utf8').catch(() => 'gone')).not.toBe('');
  await load();
  expect(uploads.filter((body) => body === 'a letter')).toHaveLength(1);
  expect(await readdir(folder)).toEqual([]);
  world.proxy.cut = () => undefined;
});
