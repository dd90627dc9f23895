import { hash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateExport } from '../../sandbox/generator/generate-export.ts';
import type { ImportReport } from '../contract/import-report.ts';
import { DISPOSITIONS } from '../contract/import-task.ts';
import { type LedgerEntry, ledgerEntrySchema } from '../contract/ledger-entry.ts';
import { checkProperty } from './check-property.ts';
import { type ImportWorld, startImportWorld } from './import-world.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());

const LINES = [...generateExport({ seed: 3, resources: 60, documentBytes: 200 })];

/** What no importer could load, and what only looks so. */
const DEFECTS = [
  '{"resourceType":"Observation"',
  '[1,2]',
  'null',
  '"text"',
  '{}',
  '{"resourceType":"Observation","status":"final","code":{"text":"no id"}}',
  '{"resourceType":"NutritionProduct","id":"r5"}',
  '{"resourceType":"Subscription","id":"s","status":"active","reason":"x","criteria":"Patient"}',
  '{"resourceType":"MedicationRequest","id":"bad","status":"active","intent":"order","subject":{"display":"x"}}',
  '{"resourceType":"Encounter","id":"r5","status":"in-progress","actualPeriod":{"start":"2026-01-01"}}',
  '{"resourceType":"Observation","id":"blank","status":"final","code":{"text":""},"valueString":null}',
  '{"resourceType":"Binary","id":"none","contentType":"text/plain"}',
  '{"resourceType":"Binary","id":"broken","contentType":"text/plain","data":"%%%"}',
  `{"resourceType":"Observation","id":"long","status":"final","code":{"text":"${'x'.repeat(1_100_000)}"}}`,
];

const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...LINES) },
  { weight: 3, arbitrary: fc.constantFrom(...DEFECTS) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')) },
);
const exported = fc.record({
  files: fc.array(fc.array(fc.record({ text, end: fc.constantFrom('\n', '\r\n', '\n\n') }), { maxLength: 20 }), {
    minLength: 1,
    maxLength: 3,
  }),
  /** A file whose first lines are no FHIR at all would be refused whole. */
  first: fc.constantFrom(...LINES.filter((line) => !line.includes('"Binary"'))),
});

/** RFC 6962, section 2.1, as it is defined there: another way than the bridge's own. */
function merkleRoot(leaves: readonly string[]): Buffer {
  if (leaves.length === 0) return hash('sha256', '', 'buffer');
  if (leaves.length === 1) return hash('sha256', Buffer.concat([Buffer.of(0), Buffer.from(leaves[0] ?? '')]), 'buffer');
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  const halves = [merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split))];
  return hash('sha256', Buffer.concat([Buffer.of(1), ...halves]), 'buffer');
}

let runs = 0;

/** Imports the files under a Task, and reads back what its ledger says. */
async function importUnderTask(files: readonly Buffer[]): Promise<{ report: ImportReport; ledger: string[] }> {
  const paths = await Promise.all(files.map(() => world.writeFile([])));
  await Promise.all(files.map((bytes, file) => writeFile(paths[file] ?? '', bytes)));
  const { id } = await world.medplum.createResource({ resourceType: 'Task', status: 'in-progress', intent: 'order' });
  const { report } = await world.load(`ledger-${runs++}`, [], { files: paths, taskId: id });
  const blob = await world.medplum.download(world.medplum.fhirUrl(report.ledger?.reference ?? ''));
  expect((await blob.text()).endsWith('\n')).toBe(true);
  return { report, ledger: (await blob.text()).split('\n').slice(0, -1) };
}

/** What lies between two lines of a file: their ends, blanks, and the mark at its beginning. */
const BETWEEN = /^(?:\uFEFF)?[\r\n\t ]*$/;

function expectTiled(bytes: Buffer, entries: readonly LedgerEntry[]): void {
  let [end, line] = [0, 0];
  for (const entry of entries) {
    expect(entry.offset).toBeGreaterThanOrEqual(end);
    expect(bytes.toString('utf8', end, entry.offset)).toMatch(BETWEEN);
    expect(entry.line).toBe(line + bytes.toString('latin1', end, entry.offset).split('\n').length - (line > 0 ? 1 : 0));
    end = entry.offset + entry.length;
    line = entry.line;
    expect(entry.sha256).toBe(hash('sha256', bytes.subarray(entry.offset, end)));
  }
  expect(bytes.toString('utf8', end)).toMatch(BETWEEN);
}

test('of any export the ledger has each line once, its lines tile the files, its counts balance and its root is right', async () => {
  await checkProperty(exported, 20, async ({ files, first }) => {
    const bytes = files.map((lines, file) => {
      const own = lines.map(({ text, end }) => text + end).join('');
      return Buffer.from(file === 0 ? `\uFEFF${first}\n${own}` : own, 'utf8');
    });
    const { report, ledger } = await importUnderTask(bytes);
    const entries = ledger.map((line) => ledgerEntrySchema.parse(JSON.parse(line)));
    for (const [file, content] of bytes.entries()) {
      expectTiled(
        content,
        entries.filter((entry) => entry.file === file),
      );
    }
    for (const name of DISPOSITIONS) {
      expect(entries.filter(({ disposition }) => disposition === name).length).toBe(report[name]);
    }
    expect(entries.length).toBe(report.lines);
    expect(report.ledger?.merkleRoot).toBe(merkleRoot(ledger).toString('hex'));
  });
});
