import type { MedplumClient } from '@medplum/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FastenFault } from '../../sandbox/faults/fault-kinds.ts';
import { type Connected, type Exports, followExports, type Imported, PERSONA, SUBJECT } from './follow-export.ts';
import { promoteDuring } from './promote-jobs.ts';
import { eventually, startWorld, type World } from './start-world.ts';

const RECORD = { persona: { ...PERSONA, resources: 200 } };
let world: World;
let clinician: MedplumClient;
let exports: Exports;
let whole: Imported;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
  exports = await followExports(world, clinician);
  whole = await exports.importedFrom(RECORD);
});

afterEach(() => world.fasten.faults.reset());

afterAll(async () => {
  await exports.close();
  await world.close();
});

/** How often each fault that is switched on has struck. */
function struck(name: FastenFault): number {
  return world.fasten.faults.state().find((fault) => fault.name === name)?.struck ?? 0;
}

function startsOf(task: { id?: string | undefined }): number {
  return world.log().match(new RegExp(`"import.started".*"taskId":"${task.id}"`, 'g'))?.length ?? 0;
}

function deliveriesOf({ orgConnectionId }: Connected, type: string) {
  return world.fasten
    .deliveries()
    .filter((delivery) => delivery.type === type && delivery.data.org_connection_id === orgConnectionId);
}

/** The record came whole: the same counts as undisturbed. */
async function expectWhole(imported: Promise<Imported>): Promise<void> {
  const { counts, task } = await imported;
  expect(counts).toEqual(whole.counts);
  expect(startsOf(task)).toBe(1);
}

describe('webhooks', () => {
  test('every event twice at once: each is done once', async () => {
    world.fasten.faults.change({ duplicated: {} });
    await expectWhole(exports.importedFrom(RECORD));
    expect(struck('duplicated')).toBeGreaterThan(0);
  });

  test('every event late: the record comes late', async () => {
    world.fasten.faults.change({ late: { ms: 500 } });
    await expectWhole(exports.importedFrom(RECORD));
  });

  test('every event out of order: the connection is told of after its export', async () => {
    await world.fasten.setWebhook({ connectionEvents: true });
    world.fasten.faults.change({ outOfOrder: { times: 1 } });
    const connected = await exports.connect(RECORD);
    await exports.ended(connected);
    const [made] = await eventually(async () => {
      const made = deliveriesOf(connected, 'patient.connection_success');
      return made[0]?.state === 'delivered' ? made : undefined;
    });
    const [ready] = deliveriesOf(connected, 'patient.ehi_export_success');
    expect(made?.attempts[0]?.atMs).toBeGreaterThanOrEqual(ready?.attempts[0]?.atMs ?? Number.POSITIVE_INFINITY);
    expect(await exports.tasksOf(connected)).toHaveLength(1);
    await world.fasten.setWebhook({ connectionEvents: false });
  });

  test.each(['wrongSignature', 'wrongSecret', 'staleTimestamp', 'alteredBody'] as const)(
    '%s: every event is forged before it comes, which is refused and does nothing',
    async (fault) => {
      world.fasten.faults.change({ [fault]: {} });
      const imported = exports.importedFrom(RECORD);
      await expectWhole(imported);
      const [ready] = deliveriesOf(await imported, 'patient.ehi_export_success');
      expect(ready?.forged).toEqual([{ fault, outcome: 401 }]);
      expect(ready?.attempts.map(({ outcome }) => outcome)).toEqual([200]);
    },
  );

  test('every event is replayed: it is answered, and done once', async () => {
    world.fasten.faults.change({ replayed: {} });
    const imported = exports.importedFrom(RECORD);
    await expectWhole(imported);
    const [ready] = deliveriesOf(await imported, 'patient.ehi_export_success');
    expect(ready?.forged).toEqual([{ fault: 'replayed', outcome: 200 }]);
  });
});

describe('the API', () => {
  test('a Fasten that is away half of the time is asked again until it is not', async () => {
    world.fasten.faults.change({ apiUnavailable: { rate: 0.5, seed: 4 } });
    await promoteDuring(world, ['export-request', 'export-ready', 'import'], exports.importedFrom(RECORD));
    expect(struck('apiUnavailable')).toBeGreaterThan(0);
  });

  test('a link that has expired is asked for anew', async () => {
    world.fasten.faults.change({ expiredLink: { times: 2 } });
    await expectWhole(exports.importedFrom(RECORD));
    expect(struck('expiredLink')).toBe(2);
  });
});

describe('downloads', () => {
  test.each(['slowDownload', 'gzipEncoded', 'gzipFile'] as const)('%s: the record comes whole', async (fault) => {
    world.fasten.faults.change({ [fault]: fault === 'slowDownload' ? { ms: 500 } : {} });
    await expectWhole(exports.importedFrom(RECORD));
    expect(struck(fault)).toBe(1);
  });

  test.each(['cutDownload', 'truncatedDownload'] as const)(
    '%s: cut off again and again, it goes on until it is whole',
    async (fault) => {
      world.fasten.faults.change({ [fault]: { times: 4 } });
      await expectWhole(exports.importedFrom(RECORD));
      expect(struck(fault)).toBe(4);
    },
  );

  test('packed one time and not the next, cut off in between, it comes whole', async () => {
    world.fasten.faults.change({ gzipFile: { rate: 0.5, seed: 3 }, cutDownload: { times: 3 } });
    await expectWhole(exports.importedFrom(RECORD));
  });

  test('a file that ends in mid-line is fetched once more', async () => {
    world.fasten.faults.change({ shortDownload: { times: 1 } });
    await expectWhole(exports.importedFrom(RECORD));
    expect(struck('shortDownload')).toBe(1);
  });

  test('a packed file that is damaged is fetched anew', async () => {
    world.fasten.faults.change({ gzipFile: {}, corruptDownload: { times: 1, bytes: 20 } });
    const { counts } = await promoteDuring(world, ['import'], exports.importedFrom(RECORD));
    expect(counts).toEqual(whole.counts);
  });

  test('corrupt bytes cost the lines that they stand in and no other, and that is told', async () => {
    const lines = [
      SUBJECT,
      ...Array.from({ length: 40 }, (_, at) => ({ resourceType: 'Basic', id: `b${at}`, code: { text: 'x' } })),
    ];
    world.fasten.faults.change({ corruptDownload: { times: 1, bytes: 3, seed: 2 } });
    const { counts } = await exports.imported(lines);
    expect(counts.lines).toBe(lines.length);
    expect(counts.quarantined).toBeGreaterThan(0);
    expect(counts.created + counts.quarantined).toBe(lines.length);
  });
});
