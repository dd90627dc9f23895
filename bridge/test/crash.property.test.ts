import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateExport } from '../../sandbox/generator/generate-export.ts';
import { importExport } from '../ingest/import-export.ts';
import { checkProperty } from './check-property.ts';
import { dumpStore } from './dump-store.ts';
import { type ImportWorld, type SourceLine, startImportWorld } from './import-world.ts';
import { mortalClient } from './mortal-client.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());

let runs = 0;

/** Imports the lines by processes of which each dies at its n-th call of the server, then by one that lives. */
async function loadDying(namespace: string, lines: readonly SourceLine[], deadlyCalls: readonly number[]) {
  const files = [await world.writeFile(lines)];
  const request = { namespace, exportId: `${namespace}-export`, files, retrieved: new Date('2026-11-01T12:00:00Z') };
  for (const deadlyCall of deadlyCalls) {
    const { medplum, died } = mortalClient(world.medplum, deadlyCall);
    await Promise.race([died, importExport(medplum, request)]);
  }
  return (await importExport(world.medplum, request)).report;
}

async function expectSameStore(lines: readonly SourceLine[], deadlyCalls: readonly number[], commitDelayMs: number) {
  const [plain, crashed] = [`plain-${runs}`, `crashed-${runs++}`];
  const { report: expected } = await world.load(plain, lines);
  world.server.switches.commitDelayMs = commitDelayMs;
  const report = await loadDying(crashed, lines, deadlyCalls);
  world.server.switches.commitDelayMs = 0;
  expect(report.created + report.updated + report.unchanged).toBe(expected.created);
  const { resources, ...faults } = await dumpStore(world.medplum, crashed);
  expect(faults).toEqual({ doubled: {}, unexplained: [], dangling: [] });
  expect(resources).toEqual((await dumpStore(world.medplum, plain)).resources);
}

test('killed at any request, any number of times, an import ends in the same store', async () => {
  const crashes = fc.record({
    seed: fc.nat(10_000),
    resources: fc.integer({ min: 8, max: 40 }),
    deadlyCalls: fc.array(fc.integer({ min: 1, max: 24 }), { minLength: 1, maxLength: 4 }),
    commitDelayMs: fc.constantFrom(0, 5, 40),
  });
  await checkProperty(crashes, 30, async ({ deadlyCalls, commitDelayMs, ...options }) => {
    const lines = [...generateExport({ ...options, documentBytes: 200 })];
    await expectSameStore(lines, deadlyCalls, commitDelayMs);
  });
});

/** Observations in one circle, some with further references across it: one component, stored in several bundles. */
function circle(size: number, chords: readonly number[]): SourceLine[] {
  return Array.from({ length: size }, (_, at) => ({
    resourceType: 'Observation',
    id: `o${at}`,
    status: 'final',
    code: { text: 'Pulse' },
    hasMember: [at + 1, ...chords.map((chord) => at + chord)].map((to) => ({ reference: `Observation/o${to % size}` })),
  }));
}

test('killed while a circle larger than a bundle is stored in pieces, its references are closed all the same', async () => {
  const crashes = fc.record({
    size: fc.integer({ min: 101, max: 230 }),
    chords: fc.array(fc.nat(229), { maxLength: 2 }),
    deadlyCalls: fc.array(fc.integer({ min: 6, max: 24 }), { minLength: 1, maxLength: 3 }),
    commitDelayMs: fc.constantFrom(0, 40),
  });
  await checkProperty(crashes, 8, ({ size, chords, deadlyCalls, commitDelayMs }) =>
    expectSameStore(circle(size, chords), deadlyCalls, commitDelayMs),
  );
});
