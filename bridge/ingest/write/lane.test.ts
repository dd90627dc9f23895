import type { Basic, Observation, Provenance } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Cut } from '../../test/cutting-proxy.ts';
import { type ImportWorld, startImportWorld } from '../../test/import-world.ts';
import { FlightLimit, MOST_IN_FLIGHT } from './flight-limit.ts';
import { Lane } from './lane.ts';
import { fenceOff, findLanes, laneState } from './lane-basic.ts';
import { LanePool } from './lane-pool.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterEach(() => {
  world.proxy.cut = () => undefined;
  world.server.switches.commitDelayMs = 0;
});
afterAll(() => world.close());

const BASIC: Basic = { resourceType: 'Basic', code: { text: 'anything' } };
const ENTRY = JSON.stringify({ request: { method: 'POST', url: 'Basic' }, resource: BASIC });

const lines = Array.from({ length: 450 }, (_, n) => ({
  resourceType: 'Observation',
  id: `o${n}`,
  status: 'final',
  code: { text: `Pulse ${n}` },
  ...(n > 0 ? { derivedFrom: [{ reference: `Observation/o${Math.floor(n / 2)}` }] } : {}),
}));

const isTransaction = (method: string, path: string, body: string): boolean =>
  method === 'POST' && /\/fhir\/R4\/?$/.test(path) && body.includes('"type":"transaction"') && body.includes('ifMatch');

/** Cuts the n-th transaction that carries resources, in each of the given ways. */
function cutTransactions(cuts: Readonly<Record<number, Cut>>): void {
  let number = 0;
  cutsMade = 0;
  world.proxy.cut = (method, path, body) => {
    const cut = isTransaction(method, path, body) ? cuts[number++] : undefined;
    if (cut) cutsMade++;
    return cut;
  };
}

let cutsMade = 0;

async function expectWhole(namespace: string): Promise<void> {
  const stored = await world.stored<Observation>('Observation', namespace);
  expect(new Set(stored.map(({ meta }) => meta?.source)).size).toBe(lines.length);
  expect(stored).toHaveLength(lines.length);
  const ids = new Set(stored.map(({ id }) => `Observation/${id}`));
  const links = stored.flatMap(({ derivedFrom }) => derivedFrom ?? []);
  expect(links).toHaveLength(lines.length - 1);
  expect(links.every(({ reference }) => ids.has(reference ?? ''))).toBe(true);
  const provenances = await world.stored<Provenance>('Provenance', namespace);
  const targets = provenances.flatMap(({ target }) => target.map(({ reference }) => reference));
  expect(targets.toSorted()).toEqual([...ids].toSorted());
}

function openPool(namespace: string, most = MOST_IN_FLIGHT): Promise<LanePool> {
  return LanePool.open(world.medplum, namespace, new FlightLimit(most, most));
}

/** At once, as bundles do. */
function takeLanes(pool: LanePool, count: number): Promise<Lane[]> {
  return Promise.all(Array.from({ length: count }, () => pool.acquire()));
}

/** Writes in each of the lanes that can still be had; true when anything was stored. */
async function writeInAll(pool: LanePool, count: number): Promise<boolean> {
  const free = MOST_IN_FLIGHT - count;
  const ends = await Promise.all(
    Array.from({ length: Math.max(0, free) }, async () => (await pool.acquire()).transact([ENTRY])).map((end) =>
      end.catch(() => undefined),
    ),
  );
  return ends.some((end) => end?.kind === 'committed');
}

describe('a lost reply', () => {
  test('of a transaction that committed stores nothing twice', async () => {
    cutTransactions({ 1: 'after-request', 3: 'after-request' });
    const { report } = await world.load('lost-committed', lines);
    expect(cutsMade).toBe(2);
    expect(report).toMatchObject({ created: lines.length });
    await expectWhole('lost-committed');
  });

  test('of a transaction that is still pending when we come back stores nothing twice', async () => {
    world.server.switches.commitDelayMs = 150;
    cutTransactions({ 0: 'after-request', 2: 'after-request' });
    await world.load('lost-pending', lines);
    expect(cutsMade).toBe(2);
    await expectWhole('lost-pending');
  });

  test('of a transaction that never arrived loses nothing', async () => {
    cutTransactions({ 0: 'before-server', 2: 'before-server' });
    await world.load('lost-never-sent', lines);
    expect(cutsMade).toBe(2);
    await expectWhole('lost-never-sent');
  });

  test('at any set of bundles, in any way, gives the same store', async () => {
    const way = fc.constantFrom<Cut>('before-server', 'after-request');
    const cuts = fc.dictionary(fc.integer({ min: 0, max: 8 }).map(String), way, { maxKeys: 4 });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(cuts, fc.integer({ min: 0, max: 40 }), async (where, commitDelayMs) => {
        const namespace = `lost-any-${run++}`;
        world.server.switches.commitDelayMs = commitDelayMs;
        cutTransactions(where);
        await world.load(namespace, lines);
        world.proxy.cut = () => undefined;
        await expectWhole(namespace);
      }),
      { numRuns: 6 },
    );
  });
});

test('a server whose cache keeps an older version of a lane keeps nobody from fencing it off', async () => {
  const dead = await Lane.take(world.medplum, 'cached', 0, 'dead', undefined);
  const [seen] = await findLanes(world.medplum, 'cached', 1);
  if (!seen) throw new Error('no lane');
  await dead.transact([ENTRY]);
  world.proxy.cut = (method, path) =>
    method === 'GET' && path.endsWith(`/Basic/${seen.id}`) ? { refuseWith: seen, status: 200 } : undefined;
  expect(laneState(await fenceOff(world.medplum, seen, 'next'))).toMatchObject({ run: 'next', isParked: true });
});

describe('another run of the same namespace', () => {
  test('that is dead, and whose lane arrives when this one has looked already, does not keep this one from writing', async () => {
    let late: Promise<unknown> | undefined;
    world.proxy.cut = (method, path) => {
      if (method !== 'POST' || !path.endsWith('/Basic') || late) return undefined;
      late = Lane.take(world.medplum, 'late', 0, 'dead', undefined);
      return { holdMs: 200 };
    };
    expect((await world.load('late', lines)).report).toMatchObject({ created: lines.length });
    await late;
    await expectWhole('late');
  });

  test('that took over stops this one, and together they store everything once', async () => {
    let second: Promise<unknown> | undefined;
    let number = 0;
    const file = await world.writeFile(lines);
    const request = { namespace: 'taken', exportId: 'e', files: [file], retrieved: new Date() };
    world.proxy.cut = (method, path, body) => {
      if (isTransaction(method, path, body) && number++ === 2) second = world.load('taken', lines, request);
      return undefined;
    };
    const first = await world.load('taken', lines, request).catch((error: { code: string }) => error.code);
    await second;
    expect(first === 'import-running' || typeof first === 'object').toBe(true);
    await world.load('taken', lines, request);
    await expectWhole('taken');
  });

  test('that opened a lane which this one did not see keeps this one from writing', async () => {
    const first = await LanePool.open(world.medplum, 'unseen', new FlightLimit(4));
    await first.acquire();
    const second = await LanePool.open(world.medplum, 'unseen', new FlightLimit(4));
    const unseen = await first.acquire();
    expect(await unseen.transact([ENTRY])).toMatchObject({ kind: 'committed' });
    await expect(second.acquire()).rejects.toMatchObject({ code: 'import-running' });
  });

  test('that parked a lane which this one has not taken yet keeps this one from writing', async () => {
    const earlier = await LanePool.open(world.medplum, 'unparked', new FlightLimit(4));
    await Promise.all([earlier.acquire(), earlier.acquire()]);
    await earlier.park();
    const second = await LanePool.open(world.medplum, 'unparked', new FlightLimit(4));
    const first = await LanePool.open(world.medplum, 'unparked', new FlightLimit(4));
    await Promise.all([first.acquire(), first.acquire()]);
    await expect(second.acquire()).rejects.toMatchObject({ code: 'import-running' });
  });

  test('never writes while this one does too, however many lanes there are and either has open', async () => {
    const lanes = fc.integer({ min: 1, max: MOST_IN_FLIGHT });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(lanes, lanes, async (earlier, before) => {
        const namespace = `eight-${run++}`;
        const past = await openPool(namespace, earlier);
        await takeLanes(past, earlier);
        await past.park();
        const first = await openPool(namespace);
        await takeLanes(first, before);
        const second = await openPool(namespace);
        const isWritten = await writeInAll(first, before);
        const taken = await takeLanes(second, 1).catch((error: { code: string }) => error.code);
        expect(taken).toEqual(isWritten ? 'import-running' : [expect.any(Lane)]);
      }),
      { numRuns: 20 },
    );
  });

  test('finds the lanes parked after a clean end, so that nothing has to be fenced', async () => {
    await world.load('parked', lines);
    const lanes = await world.stored<Basic>('Basic', 'parked');
    expect(lanes.length).toBeGreaterThan(0);
    expect(lanes.map((lane) => laneState(lane).isParked)).toEqual(lanes.map(() => true));
  });
});
