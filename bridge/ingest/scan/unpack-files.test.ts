import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPieces } from '../../spool/open-file.ts';
import { type Unpacking, withUnpacked } from './unpack-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unpack-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function textOf(bytes: Buffer, unpacking?: Unpacking): Promise<string> {
  const file = join(folder, 'export.jsonl');
  await writeFile(file, bytes);
  return withUnpacked([file], ([plain = '']) => readText(plain), unpacking);
}

async function readText(path: string): Promise<string> {
  let text = '';
  for await (const piece of readPieces(path, 1 << 20)) text += piece.toString();
  return text;
}

const packed = gzipSync('{"a":1}\n');

test('gzip is known by its first bytes, and all its members are unpacked, padding behind them left out', async () => {
  expect(await textOf(Buffer.concat([packed, gzipSync('{"b":2}'), Buffer.alloc(512)]))).toBe('{"a":1}\n{"b":2}');
});

test('the unpacked file is noise to whoever looks at the disk', async () => {
  const file = join(folder, 'export.jsonl');
  await writeFile(file, packed);
  const onDisk = await withUnpacked([file], ([plain = '']) => readFile(plain, 'utf8'));
  expect([onDisk.length > 0, onDisk.includes('"a"')]).toEqual([true, false]);
});

test('what is no gzip is used as it is, however short', async () => {
  expect(await textOf(Buffer.from('{"a":1}\n'))).toBe('{"a":1}\n');
  expect(await textOf(Buffer.from([0x1f]))).toBe('\x1f');
});

test.each([
  ['cut', packed.subarray(0, -5), {}, 'gzip-damaged'],
  ['cut in its second member', Buffer.concat([packed, packed.subarray(0, 12)]), {}, 'gzip-damaged'],
  [
    'cut behind the first byte of its second member',
    Buffer.concat([packed, packed.subarray(0, 1)]),
    {},
    'gzip-damaged',
  ],
  ['followed by something else', Buffer.concat([packed, Buffer.from('{"b":2}')]), {}, 'gzip-damaged'],
  ['a bomb', gzipSync(Buffer.alloc(4 << 20)), { maxBytes: 1 << 20 }, 'no-room-to-unpack'],
])('a file that is %s is refused for good, and nothing of it stays on the disk', async (_, bytes, unpacking, code) => {
  await expect(textOf(bytes, unpacking)).rejects.toMatchObject({ name: 'PermanentError', code });
  expect(await readdir(folder)).toEqual(['export.jsonl']);
});

test('the unpacked file is gone after the work, also when that failed or was stopped', async () => {
  const file = join(folder, 'export.jsonl');
  await writeFile(file, packed);
  await expect(withUnpacked([file], () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  const signal = AbortSignal.abort(new Error('stopped'));
  await expect(withUnpacked([file], async () => undefined, { signal })).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['export.jsonl']);
});
