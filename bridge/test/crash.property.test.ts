import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateExport } from '../../sandbox/generator/generate-export.ts';
import { type ImportRequest, importExport } from '../ingest/import-export.ts';
import { checkProperty } from './check-property.ts';
import { type DeadlyPoint, killAt } from './deadly-point.ts';
import { dumpStore } from './dump-store.ts';
import { type ImportWorld, type SourceLine, startImportWorld } from './import-world.ts';
import { mortalClient } from './mortal-client.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());

let runs = 0;

/** How an import is written. */
const mode = fc.record({ hasTransactions: fc.boolean(), maxEntries: fc.constantFrom(3, 10, 100) });
type Mode = typeof mode extends fc.Arbitrary<infer T> ? T : never;

/** Imports the lines by processes of which each dies at its point, if it comes so far, then by one that lives. */
async function loadDying(request: ImportRequest, points: readonly DeadlyPoint[]) {
  for (const point of points) {
    const { medplum, kill, died } = mortalClient(world.medplum);
    killAt(world.proxy, point, kill);
    await Promise.race([died, importExport(medplum, request)]);
    world.proxy.cut = () => undefined;
  }
  return (await importExport(world.medplum, request)).report;
}

async function expectSameStore(lines: readonly SourceLine[], points: readonly DeadlyPoint[], mode: Mode) {
  world.server.switches.transactionBundles = mode.hasTransactions;
  const { maxEntries } = mode;
  const [plain, crashed] = [`plain-${runs}`, `crashed-${runs++}`];
  const { report: expected } = await world.load(plain, lines, { maxEntries });
  const files = [await world.writeFile(lines)];
  const retrieved = new Date('2026-11-01T12:00:00Z');
  const request = { namespace: crashed, exportId: `${crashed}-export`, files, retrieved, maxEntries };
  const report = await loadDying(request, points);
  expect(report.created + report.updated + report.unchanged).toBe(expected.created);
  const { resources, ...faults } = await dumpStore(world.medplum, crashed);
  expect(faults).toEqual({ doubled: {}, unexplained: [], dangling: [] });
  expect(resources).toEqual((await dumpStore(world.medplum, plain)).resources);
}

/** Any request of an import, and its bundles in particular: on their way for longer than the next run needs to match. */
const points = fc.array(
  fc.oneof(
    fc.record({ of: fc.constant('request' as const), nth: fc.integer({ min: 1, max: 24 }), holdMs: fc.nat(60) }),
    fc.record({ of: fc.constant('bundle' as const), nth: fc.integer({ min: 1, max: 4 }), holdMs: fc.nat(200) }),
  ),
  { minLength: 1, maxLength: 4 },
);

// Seen to fail when fenceOff fences nothing, when the fence of a bundle demands no version, when lookUp finds nothing, and
// when a create outside a transaction has no condition.
test('killed at any request, any number of times, an import ends in the same store', async () => {
  const crashes = fc.record({ seed: fc.nat(10_000), resources: fc.integer({ min: 8, max: 25 }), points, mode });
  await checkProperty(crashes, 20, async ({ points, mode, ...options }) => {
    await expectSameStore([...generateExport({ ...options, documentBytes: 200 })], points, mode);
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
    size: fc.integer({ min: 4, max: 16 }),
    chords: fc.array(fc.nat(229), { maxLength: 2 }),
    points,
    hasTransactions: fc.boolean(),
  });
  await checkProperty(crashes, 12, ({ size, chords, points, hasTransactions }) =>
    expectSameStore(circle(size, chords), points, { hasTransactions, maxEntries: 3 }),
  );
});
