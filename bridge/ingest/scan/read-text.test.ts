import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readText, streamText } from './read-text.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'text-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A string of more than a piece, so that its pieces are cut at `shift` within what repeats. */
async function textFile(inner: string) {
  const file = join(folder, 'text');
  await writeFile(file, `"${inner}"`);
  return { file, offset: 1, length: Buffer.byteLength(inner) };
}

test('the text is what JSON.parse reads, whatever its pieces are cut in', async () => {
  const units = ['a', 'ß', '😀', '\\n', '\\\\', '\\"', '\\/', '\\u00e4', '\\ud83d\\ude00', '\\ud83d', '\\\\u00e4'];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...units), { minLength: 1, maxLength: 7 }), async (chosen) => {
      const unit = chosen.join('');
      const inner = unit.repeat(Math.ceil(1_100_000 / Buffer.byteLength(unit)));
      const place = await textFile(inner);
      const pieces: string[] = [];
      for await (const piece of streamText(place)) pieces.push(piece);
      const whole = JSON.parse(`"${inner}"`);
      expect(pieces.length).toBeGreaterThan(1);
      expect(pieces.join('') === whole).toBe(true);
      // Each piece can be written by itself: no character of two halves is cut.
      const bytes = Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
      expect(bytes.equals(Buffer.from(whole))).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('a text longer than asked for is not given', async () => {
  const place = await textFile('abc');
  expect(await readText(place, 3)).toBe('abc');
  expect(await readText(place, 2)).toBeUndefined();
});

test('bytes that are no UTF-8 are refused', async () => {
  const file = join(folder, 'latin1');
  await writeFile(file, Buffer.from('Größe', 'latin1'));
  await expect(readText({ file, offset: 0, length: 5 }, 100)).rejects.toThrow();
});
