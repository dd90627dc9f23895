import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateExport } from '../../sandbox/generator/generate-export.ts';
import { withUnpacked } from '../ingest/scan/unpack-files.ts';
import { checkProperty } from './check-property.ts';
import { dumpStore } from './dump-store.ts';
import { type ImportWorld, startImportWorld } from './import-world.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());

/** An export, and what may become of its lines on their way without the record being another one. */
const framed = fc.record({
  options: fc.record({ seed: fc.nat(10_000), resources: fc.integer({ min: 8, max: 30 }) }),
  /** Where each line goes: the smallest number comes first. */
  places: fc.array(fc.nat(1000), { minLength: 1, maxLength: 80 }),
  /** Lines that come once more. */
  again: fc.array(fc.nat(39), { maxLength: 20 }),
  ends: fc.array(fc.constantFrom('\n', '\r\n', '\n\n', '\n \t\r\n'), { minLength: 1, maxLength: 7 }),
  /** How many lines in a row stand in one Bundle; 0: a line is a line. */
  bundled: fc.array(fc.constantFrom(0, 0, 0, 1, 3), { minLength: 1, maxLength: 7 }),
  /** Which files are packed. */
  packed: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  hasTransactions: fc.boolean(),
  /** Which files begin with a byte order mark. */
  marks: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
  /** The beginning of a line that never came to its end, cut anywhere, in the middle of a letter too. */
  cut: fc.option(fc.record({ line: fc.nat(39), share: fc.double({ min: 0, max: 1, noNaN: true }) })),
});

type Framed = typeof framed extends fc.Arbitrary<infer T> ? T : never;

/** The same lines, some of them inside Bundles. */
function bundle(lines: readonly string[], bundled: readonly number[]): string[] {
  const left = [...lines];
  const all: string[] = [];
  for (let at = 0; left.length > 0; at++) {
    const size = bundled[at % bundled.length] ?? 0;
    const inside = left.splice(0, size).map((line) => `{"resource":${line}}`);
    if (inside.length > 0) all.push(`{"resourceType":"Bundle","type":"collection","entry":[${inside.join(',')}]}`);
    else all.push(...left.splice(0, 1));
  }
  return all;
}

/** The bytes of each file; as many files as there are marks. */
function frame(lines: readonly string[], { places, again, ends, marks, cut, bundled, packed }: Framed): Buffer[] {
  const lineAt = (at: number): string => lines[at % lines.length] ?? '';
  const all = [...lines, ...again.map(lineAt)].map((line, at) => ({ line, place: places[at % places.length] ?? 0 }));
  const sorted = all.sort((a, b) => a.place - b.place).map(({ line }) => line);
  const shuffled = bundle(sorted, bundled);
  const size = Math.ceil(shuffled.length / marks.length);
  const files = marks.map((mark, file) => {
    const own = shuffled.slice(file * size, (file + 1) * size);
    return Buffer.from((mark ? '\uFEFF' : '') + own.map((line, at) => line + ends[at % ends.length]).join(''));
  });
  const bytes = Buffer.from(cut ? lineAt(cut.line) : '');
  const begun = bytes.subarray(0, cut ? 1 + Math.floor(cut.share * (bytes.length - 2)) : 0);
  const whole = files.map((text, file) => (file === files.length - 1 ? Buffer.concat([text, begun]) : text));
  return whole.map((text, file) => (packed[file] ? gzipSync(text) : text));
}

let runs = 0;

async function load(namespace: string, files: readonly Buffer[]) {
  const paths = await Promise.all(
    files.map(async (bytes) => {
      const path = await world.writeFile([]);
      await writeFile(path, bytes);
      return path;
    }),
  );
  return withUnpacked(paths, async (files) => (await world.load(namespace, [], { files })).report, {});
}

async function storeOf(namespace: string) {
  const { resources, ...faults } = await dumpStore(world.medplum, namespace);
  expect(faults).toEqual({ doubled: {}, unexplained: [], dangling: [] });
  return resources;
}

test('shuffled, repeated, split, bundled, packed, framed and cut in any way, an export gives the same store', async () => {
  await checkProperty(framed, 25, async (sample) => {
    world.server.switches.transactionBundles = sample.hasTransactions;
    const lines = [...generateExport({ ...sample.options, documentBytes: 200 })];
    const [plain, other] = [`plain-${runs}`, `framed-${runs++}`];
    const whole = Buffer.from(lines.join('\n'));
    const expected = await load(plain, [whole]);
    const report = await load(other, frame(lines, sample));
    expect(report.created).toBe(expected.created);
    expect(report.quarantined).toBe(expected.quarantined + (sample.cut ? 1 : 0));
    expect(await storeOf(other)).toEqual(await storeOf(plain));
    expect(await load(other, [whole])).toMatchObject({ created: 0, updated: 0, unchanged: expected.created });
  });
});
