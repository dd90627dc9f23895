import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateExport } from '../../sandbox/generator/generate-export.ts';
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
  options: fc.record({ seed: fc.nat(10_000), resources: fc.integer({ min: 8, max: 40 }) }),
  /** Where each line goes: the smallest number comes first. */
  places: fc.array(fc.nat(1000), { minLength: 1, maxLength: 80 }),
  /** Lines that come once more. */
  again: fc.array(fc.nat(39), { maxLength: 20 }),
  ends: fc.array(fc.constantFrom('\n', '\r\n', '\n\n', '\n \t\r\n'), { minLength: 1, maxLength: 7 }),
  /** Which files begin with a byte order mark. */
  marks: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
  /** The beginning of a line that never came to its end, cut anywhere, in the middle of a letter too. */
  cut: fc.option(fc.record({ line: fc.nat(39), share: fc.double({ min: 0, max: 1, noNaN: true }) })),
});

type Framed = typeof framed extends fc.Arbitrary<infer T> ? T : never;

/** The bytes of each file; as many files as there are marks. */
function frame(lines: readonly string[], { places, again, ends, marks, cut }: Framed): Buffer[] {
  const lineAt = (at: number): string => lines[at % lines.length] ?? '';
  const all = [...lines, ...again.map(lineAt)].map((line, at) => ({ line, place: places[at % places.length] ?? 0 }));
  const shuffled = all.sort((a, b) => a.place - b.place).map(({ line }) => line);
  const size = Math.ceil(shuffled.length / marks.length);
  const files = marks.map((mark, file) => {
    const own = shuffled.slice(file * size, (file + 1) * size);
    return Buffer.from((mark ? '\uFEFF' : '') + own.map((line, at) => line + ends[at % ends.length]).join(''));
  });
  const bytes = Buffer.from(cut ? lineAt(cut.line) : '');
  const begun = bytes.subarray(0, cut ? 1 + Math.floor(cut.share * (bytes.length - 2)) : 0);
  return files.map((text, file) => (file === files.length - 1 ? Buffer.concat([text, begun]) : text));
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
  return (await world.load(namespace, [], { files: paths })).report;
}

async function storeOf(namespace: string) {
  const { resources, ...faults } = await dumpStore(world.medplum, namespace);
  expect(faults).toEqual({ doubled: {}, unexplained: [], dangling: [] });
  return resources;
}

test('shuffled, repeated, split, framed and cut in any way, an export gives the same store', async () => {
  await checkProperty(framed, 30, async (sample) => {
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
