import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RawReader } from './raw-reader.ts';

async function* chunked(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test('wherever the chunks are cut, pieces and the whole hash as they lie', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  const pieces = fc.array(fc.uint8Array({ maxLength: 20 }));
  await fc.assert(
    fc.asyncProperty(pieces, sizes, async (given, cuts) => {
      const buffers = given.map((bytes) => Buffer.from(bytes));
      const reader = new RawReader(chunked(Buffer.concat(buffers), cuts));
      for (const bytes of buffers) {
        const read: Buffer[] = [];
        await reader.read(reader.position + bytes.length, (some) => read.push(some));
        expect(Buffer.concat(read)).toEqual(bytes);
      }
      expect(reader.whole()).toBe(sha256(Buffer.concat(buffers)));
    }),
  );
});

test.each([
  ['line endings, blanks and a byte order mark at the start', '\ufeff\r\n \t\n', true],
  ['a byte order mark further on', '\n\ufeff', false],
  ['a word', '\n x\n', false],
])('%s', async (_, text, isBlank) => {
  const reader = new RawReader(chunked(Buffer.from(text), [2]));
  expect(await reader.skip(Number.POSITIVE_INFINITY)).toBe(isBlank);
  expect(reader.position).toBe(Buffer.byteLength(text));
});
