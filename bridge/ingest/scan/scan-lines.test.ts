import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scanLines } from './scan-lines.ts';

const MAX = 3 << 20;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scan-lines-'));
  file = join(folder, 'export.jsonl');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Scanned {
  number: number;
  offset: number;
  length: number;
  text: string | undefined;
}

/** All lines, their bytes as latin1 so that any byte survives. The bytes are read while they are valid. */
async function scan(content: Buffer | string, maxLineBytes = MAX): Promise<Scanned[]> {
  await writeFile(file, content);
  const lines: Scanned[] = [];
  for await (const batch of scanLines(file, maxLineBytes)) {
    for (const { number, offset, length, bytes } of batch) {
      lines.push({ number, offset, length, text: bytes?.toString('latin1') });
    }
  }
  return lines;
}

const texts = (lines: Scanned[]) => lines.map(({ text }) => text);

/** The same by splitting the whole file at once. */
function splitWhole(content: Buffer): { number: number; text: string }[] {
  return content
    .toString('latin1')
    .split('\n')
    .map((line, position) => ({
      number: position + 1,
      text: (position === 0 ? line.replace(/^\xEF\xBB\xBF/, '') : line).replace(/\r$/, ''),
    }))
    .filter(({ text }) => !/^[ \t\r]*$/.test(text));
}

test('any bytes come out as the same lines that splitting the whole file gives, and offset and length read them back', async () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc.constantFrom('\n', '\r\n', '\n\n', '\ufeff', ' \t', '{"a":"é€𐍈"}\n', '\r').map((text) => Buffer.from(text)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
      const content = Buffer.concat(pieces);
      const lines = await scan(content);
      expect(lines.map(({ number, text }) => ({ number, text }))).toEqual(splitWhole(content));
      for (const { offset, length, text } of lines) {
        expect(content.toString('latin1', offset, offset + length)).toBe(text);
      }
    }),
    { numRuns: 300 },
  );
});

test('a line that crosses the edges of what is read at once is whole, wherever the edge falls', async () => {
  const edge = 1 << 20;
  for (const shift of [-4, -3, -2, -1, 0, 1]) {
    const first = `"${'é'.repeat((edge + shift - 2) >> 1)}${shift & 1 ? 'x' : ''}"`;
    const content = Buffer.from(`${first}\r\n{"b":"€"}\n\n"${'c'.repeat(2 * edge + 7)}"\nlast`);
    const lines = await scan(content);
    expect(lines.map(({ number }) => number)).toEqual([1, 2, 4, 5]);
    expect(texts(lines).map((text) => text?.length)).toEqual([Buffer.byteLength(first), 11, 2 * edge + 9, 4]);
    for (const { offset, length, text } of lines) {
      expect(content.toString('latin1', offset, offset + length) === text).toBe(true);
    }
  }
});

test('a byte order mark is left out at the start of the file and nowhere else', async () => {
  expect(await scan('\ufeff{}\n\ufeff{}\n')).toEqual([
    { number: 1, offset: 3, length: 2, text: '{}' },
    { number: 2, offset: 6, length: 5, text: '\xef\xbb\xbf{}' },
  ]);
});

test('blank lines are left out but counted, with either line ending', async () => {
  expect((await scan('\n\r\n{"a":1}\r\n \t\n{"b":2}\n\n')).map(({ number }) => number)).toEqual([3, 5]);
});

test('a last line without its ending, or cut in the middle of a character, is a line', async () => {
  const content = Buffer.from('{"a":1}\n{"b":"€').subarray(0, -1);
  expect((await scan(content)).at(-1)).toEqual({ number: 2, offset: 8, length: 8, text: '{"b":"\xe2\x82' });
});

test('an empty file has no lines', async () => {
  expect(await scan('')).toEqual([]);
});

test('a line longer than the limit is measured without its ending and not held; its neighbours are whole', async () => {
  for (const end of ['\n', '\r\n']) {
    const content = Buffer.from(`{}${end}${'x'.repeat(2_500_000)}${end}{"b":2}${end}`);
    const lines = await scan(content, 1000);
    const start = 2 + end.length;
    expect(lines).toEqual([
      { number: 1, offset: 0, length: 2, text: '{}' },
      { number: 2, offset: start, length: 2_500_000, text: undefined },
      { number: 3, offset: start + 2_500_000 + end.length, length: 7, text: '{"b":2}' },
    ]);
  }
});

test('the limit counts the line and not its ending or the byte order mark', async () => {
  expect(texts(await scan('0123456789\r\n01234567890\r\n', 10))).toEqual(['0123456789', undefined]);
  expect(texts(await scan('\ufeff0123456789\n0123456789\r', 10))).toEqual(['0123456789', '0123456789']);
});

test('a signal stops the reading between two chunks, and the file is closed and can be read again', async () => {
  await writeFile(file, 'line\n'.repeat(1_000_000));
  const controller = new AbortController();
  const read = async () => {
    for await (const _ of scanLines(file, MAX, controller.signal)) controller.abort(new Error('enough'));
  };
  await expect(read()).rejects.toThrow('enough');
  expect((await readFile(file)).length).toBe(5_000_000);
});

test('a file that is not there is an error, not an empty export', async () => {
  await expect(scanLines(join(folder, 'nowhere'), MAX).next()).rejects.toThrow('ENOENT');
});
