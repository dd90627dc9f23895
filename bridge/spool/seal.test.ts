import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFile, openFileSync, readPieces } from './open-file.ts';
import { Seal } from './seal.ts';
import { sealFolder } from './sealed-folders.ts';

let folder: string;
let forgetKeys: () => void;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seal-'));
  forgetKeys = sealFolder(folder);
});

afterAll(async () => {
  forgetKeys();
  await rm(folder, { recursive: true });
});

test('any stretch of a file that was written in any pieces is read back by its place, in this thread or the other', async () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 6 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  await fc.assert(
    fc.asyncProperty(
      lengths,
      share,
      share,
      fc.integer({ min: 1_001, max: 400_000 }),
      async (pieces, from, part, size) => {
        const whole = Buffer.from(Array.from({ length: pieces.reduce((a, b) => a + b) }, (_, at) => (at * 7919) % 251));
        const path = join(folder, 'x');
        const file = await createFile(path);
        let at = 0;
        for (const length of pieces) {
          await file.write(whole.subarray(at, at + length), at);
          at += length;
        }
        const offset = Math.floor(from * whole.length);
        const length = Math.floor(part * (whole.length - offset));
        const wanted = whole.subarray(offset, offset + length);
        expect((await file.read(offset, length)).equals(wanted)).toBe(true);
        await file.close();
        const opened = openFileSync(path);
        expect([opened.read(offset, length).equals(wanted), opened.read(0, 1).equals(whole.subarray(0, 1))]).toEqual([
          true,
          true,
        ]);
        opened.close();
        const read: Buffer[] = [];
        for await (const piece of readPieces(path, size, { offset, length })) read.push(Buffer.from(piece));
        expect(Buffer.concat(read).equals(wanted)).toBe(true);
        expect((await readFile(path)).length).toBe(whole.length);
      },
    ),
    { numRuns: 40 },
  );
});

test('whoever stops in the middle of a long file leaves it closed, and several read at once', async () => {
  const path = join(folder, 'long');
  const file = await createFile(path);
  await file.write(Buffer.alloc(3 << 20, 'abcdefg '), 0);
  await file.close();
  const open = async () => (await readdir('/proc/self/fd')).length;
  const readSome = async () => {
    for await (const piece of readPieces(path, 1 << 18)) return piece.toString('latin1', 0, 8);
    return '';
  };
  // The first one starts the other thread, which has files of its own.
  await readSome();
  const before = await open();
  expect(await Promise.all([readSome(), readSome(), readSome()])).toEqual(['abcdefg ', 'abcdefg ', 'abcdefg ']);
  expect(await open()).toBe(before);
  await expect(readPieces(join(folder, 'none'), 1 << 18).next()).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a file that is begun anew has a key of its own: two texts at one place do not betray each other', async () => {
  const path = join(folder, 'again.jsonl');
  const file = await createFile(path);
  const texts = ['a first text', 'another text'];
  const sealed: Buffer[] = [];
  for (const text of texts) {
    await file.clear();
    await file.write(Buffer.from(text), 0);
    sealed.push(await readFile(path));
    expect((await file.read(0, 100)).toString()).toBe(text);
  }
  await file.close();
  const xor = (a: Buffer, b: Buffer) => Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)));
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = sealed;
  expect(xor(first, second).equals(xor(Buffer.from(texts[0] ?? ''), Buffer.from(texts[1] ?? '')))).toBe(false);
});

test('the counter is the place alone, beyond four gigabytes too', () => {
  const seal = new Seal();
  const far = 5 * 2 ** 32 + 7;
  const bytes = Buffer.from('some bytes far out');
  const sealed = seal.run().turned(bytes, far);
  expect(
    seal
      .run()
      .turned(sealed.subarray(5), far + 5)
      .toString(),
  ).toBe('bytes far out');
  expect(seal.run().turned(bytes, 7).equals(sealed)).toBe(false);
});

test('without the key a file is noise', async () => {
  const inner = join(folder, 'inner');
  const forget = sealFolder(inner);
  await mkdir(inner);
  const path = join(inner, 'x');
  const file = await createFile(path);
  await file.write(Buffer.from('readable'), 0);
  await file.close();
  const read = () => {
    const opened = openFileSync(path);
    try {
      return opened.read(0, 8).toString('latin1');
    } finally {
      opened.close();
    }
  };
  expect(read()).toBe('readable');
  forget();
  expect(read()).not.toBe('readable');
});
