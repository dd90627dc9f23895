import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { STORE_FAULTS, type StoreFault } from '../../sandbox/faults/fault-kinds.ts';
import type { FaultSetting } from '../../sandbox/faults/faults.ts';
import { generateExport } from '../../sandbox/generator/generate-export.ts';
import { countsFromTask } from '../contract/import-task.ts';
import { verifyImport } from '../ingest/ledger/verify-import.ts';
import { dumpStore } from './dump-store.ts';
import { type Connected, followExports, PERSONA } from './follow-export.ts';
import { type ImportWorld, startImportWorld } from './import-world.ts';
import { promoteDuring } from './promote-jobs.ts';
import { eventually, startWorld } from './start-world.ts';

const LINES = [...generateExport({ seed: 5, resources: 60, documentBytes: 400 })].map((line) => line.trimEnd());
/** Small bundles: the more requests, the more faults. */
const OPTIONS = { maxEntries: 12 };
const RECORD = { persona: { ...PERSONA, resources: 100 } };
let world: ImportWorld;
let undisturbed: Awaited<ReturnType<typeof importInto>>;

beforeAll(async () => {
  world = await startImportWorld();
  undisturbed = await importInto('undisturbed');
});

afterEach(() => {
  world.server.faults.reset();
  world.server.switches.transactionBundles = true;
});

afterAll(() => world.close());

/** What an import of the lines leaves in the store, and what it says of them. */
async function importInto(namespace: string) {
  const { report } = await world.load(namespace, LINES, OPTIONS);
  const struck = world.server.faults.state().reduce((sum, fault) => sum + fault.struck, 0);
  world.server.faults.reset();
  const { lines, created, duplicate, quarantined } = report;
  return { struck, counts: { lines, created, duplicate, quarantined }, ...(await dumpStore(world.medplum, namespace)) };
}

/** One request in five, unless otherwise said. */
const at = (fault: StoreFault, setting: FaultSetting = {}) => ({
  [fault]: { rate: 0.2, seed: 20_261_123, ...setting },
});

async function expectSame(namespace: string): Promise<void> {
  const { struck, ...left } = await importInto(namespace);
  expect(struck).toBeGreaterThan(0);
  const { struck: _, ...expected } = undisturbed;
  expect(left).toEqual(expected);
}

describe.each([
  ['by transactions', true],
  ['by batches', false],
])('%s', (_how, transactionBundles) => {
  test.each(STORE_FAULTS.map(({ name, defaults }) => [name, 'ms' in defaults] as const))(
    '%s at one request in five: an import ends in the same store',
    async (fault, isTimed) => {
      world.server.switches.transactionBundles = transactionBundles;
      world.server.faults.change(at(fault, isTimed ? { ms: 20 } : {}));
      await expectSame(`${fault}-${transactionBundles}`);
    },
  );

  test('all of them together', async () => {
    world.server.switches.transactionBundles = transactionBundles;
    for (const { name, defaults } of STORE_FAULTS) {
      world.server.faults.change(at(name, { rate: 0.04, ...('ms' in defaults && { ms: 20 }) }));
    }
    await expectSame(`together-${transactionBundles}`);
  });
});

/** One request in five has one of them. */
function everything() {
  const setting = (ms: object) => ({ rate: 0.2 / STORE_FAULTS.length, seed: 20_261_123, ...ms });
  return Object.fromEntries(
    STORE_FAULTS.map(({ name, defaults }) => [name, setting('ms' in defaults ? { ms: 20 } : {})]),
  );
}

test('from the connection to the record, whatever the store does, everything comes once', async () => {
  const bridge = await startWorld();
  try {
    const clinician = await bridge.signIn('clinician@example.com');
    const exports = await followExports(bridge, clinician);
    const whole = await exports.importedFrom(RECORD);
    const connected = await exports.connect(RECORD, () => bridge.medplum.faults.change(everything()));
    await promoteDuring(
      bridge,
      ['export-request', 'export-ready', 'import', 'import-done', 'audit'],
      eventually(async () =>
        /"import\.gave-up"|"import\.done".*"import\.done"/s.test(bridge.log()) ? true : undefined,
      ),
    );
    expect(bridge.medplum.faults.state().reduce((sum, { struck }) => sum + struck, 0)).toBeGreaterThan(5);
    bridge.medplum.faults.reset();
    expect(bridge.log()).not.toContain('import.gave-up');
    expect(countsFromTask(await exports.ended(connected))).toEqual(whole.counts);
    expect(await exports.tasksOf(connected)).toHaveLength(1);
    const dump = ({ orgConnectionId, patient }: Connected) =>
      dumpStore(clinician, orgConnectionId, undefined, [`Patient/${patient.id}`]);
    const { resources, ...left } = await dump(connected);
    const { resources: expected } = await dump(whole);
    expect(Object.keys(resources).toSorted()).toEqual(Object.keys(expected).toSorted());
    expect(left).toEqual({ doubled: {}, unexplained: [], dangling: [] });
    const { found } = await verifyImport(clinician, { namespace: connected.orgConnectionId });
    expect(Object.values(found).every((count) => count === 0)).toBe(true);
    await exports.close();
  } finally {
    await bridge.close();
  }
}, 180_000);
