import type { Basic, Observation, Organization, Patient, Provenance, Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { generateExport } from '../../../sandbox/generator/generate-export.ts';
import { createMedplum } from '../../medplum/client/create-medplum.ts';
import { type Cut, startCuttingProxy } from '../../test/cutting-proxy.ts';
import { BRIDGE_CLIENT, type ImportWorld, startImportWorld } from '../../test/import-world.ts';
import { importExport } from '../import-export.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterEach(() => {
  world.proxy.cut = () => undefined;
  world.server.switches.commitDelayMs = 0;
  world.server.switches.maxJsonBytes = 1_048_576;
});
afterAll(() => world.close());

/** An import on a server that runs transactions as batches. */
const load: ImportWorld['load'] = async (...args) => {
  world.server.switches.transactionBundles = false;
  try {
    return await world.load(...args);
  } finally {
    world.server.switches.transactionBundles = true;
  }
};

const observation = (id: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'Pulse' },
  ...more,
});

const chained = Array.from({ length: 250 }, (_, n) =>
  observation(`o${n}`, n > 0 ? { derivedFrom: [{ reference: `Observation/o${Math.floor(n / 8)}` }] } : {}),
);

const isBatch = (method: string, path: string, body: string): boolean =>
  method === 'POST' && /\/fhir\/R4\/?$/.test(path) && body.includes('"type":"batch"') && body.includes('ifMatch');

let cutsMade = 0;

/** Cuts the n-th batch that carries resources, in each of the given ways. */
function cutBatches(cuts: Readonly<Record<number, Cut>>): void {
  let number = 0;
  cutsMade = 0;
  world.proxy.cut = (method, path, body) => {
    const cut = isBatch(method, path, body) ? cuts[number++] : undefined;
    if (cut) cutsMade++;
    return cut;
  };
}

/** Nothing twice, no link to nothing, and exactly one Provenance for each. */
async function expectWhole(namespace: string, lines: readonly object[], types = ['Observation']): Promise<void> {
  const stored = (await Promise.all(types.map((type) => world.stored<Resource>(type as 'Basic', namespace)))).flat();
  const loaded = stored.filter(({ meta }) => meta?.source?.includes('#'));
  expect(new Set(loaded.map(({ meta }) => meta?.source)).size).toBe(loaded.length);
  expect(loaded).toHaveLength(lines.length);
  const ids = loaded.map(({ resourceType, id }) => `${resourceType}/${id}`);
  const links = JSON.stringify(loaded).match(/(?<="reference":")Observation\/[^"]+/g) ?? [];
  expect(links.filter((link) => !ids.includes(link))).toEqual([]);
  const provenances = await world.stored<Provenance>('Provenance', namespace);
  const targets = provenances.flatMap(({ target }) => target.map(({ reference }) => reference));
  expect(targets.filter((target) => !target?.startsWith('Patient/')).toSorted()).toEqual(
    ids.filter((id) => !id.startsWith('Patient/')).toSorted(),
  );
}

describe('on a server without transactions', () => {
  const lines = [...generateExport({ seed: 11, resources: 600 })];

  test('an export ends as it does with them, says so, and a second run writes nothing', async () => {
    const { report } = await load('batches', lines);
    const { report: expected } = await world.load('transactions', lines);
    expect(report.withoutTransactions).toBe(true);
    expect(expected.withoutTransactions).toBeUndefined();
    expect(report).toMatchObject({ created: expected.created, quarantined: expected.quarantined });
    const types = Object.keys(report.storedByType).filter((type) => type !== 'Binary' && type !== 'Provenance');
    for (const type of types) {
      const [ours, theirs] = [
        await world.stored(type as 'Basic', 'batches'),
        await world.stored(type as 'Basic', 'transactions'),
      ];
      expect([type, ours.length]).toEqual([type, theirs.length]);
      // Without a link to a circle's other half nothing would differ in length but in links.
      const linksOf = (all: readonly Resource[]) => JSON.stringify(all).match(/"reference":"[A-Z]/g)?.length;
      expect([type, linksOf(ours)]).toEqual([type, linksOf(theirs)]);
    }

    let writes = 0;
    world.proxy.cut = (method, path, body) => {
      if (isBatch(method, path, body) || (method !== 'GET' && /\/(Binary|Provenance|Basic)/.test(path))) writes++;
      return undefined;
    };
    const again = await load('batches', lines);
    expect(again.report).toMatchObject({ created: 0, updated: 0, unchanged: report.created });
    expect(writes).toBe(0);
  });

  test('every create is conditional, no entry names another, and one batch is under way at a time', async () => {
    const bodies: string[] = [];
    world.proxy.cut = (method, path, body) => {
      if (isBatch(method, path, body)) bodies.push(body);
      return undefined;
    };
    await load('shape', chained);
    const entries = bodies.flatMap((body) => JSON.parse(body).entry as { request: Record<string, string> }[]);
    const creates = entries.filter(({ request }) => request.method === 'POST');
    expect(creates).toHaveLength(chained.length);
    expect(creates.every(({ request }) => request.ifNoneExist?.startsWith('_source='))).toBe(true);
    expect(new Set(creates.map(({ request }) => request.ifNoneExist)).size).toBe(creates.length);
    expect(bodies.some((body) => body.includes('urn:uuid:'))).toBe(false);
    // Three generations of a family tree by eight: three batches, and those that the limit of entries adds.
    expect(bodies.length).toBeLessThan(10);
    await expectWhole('shape', chained);
  });

  test('a body that the server does not take is halved until the culprit is alone', async () => {
    world.server.switches.maxJsonBytes = 60_000;
    const few = chained.slice(0, 30);
    const large = observation('large', { note: [{ text: 'y'.repeat(65_000) }] });
    const referrer = observation('referrer', { hasMember: [{ reference: 'Observation/large' }] });
    const { report } = await load('batch-halved', [...few, large, referrer]);
    expect(report).toMatchObject({ created: 31, problemsByCode: { 'refused-by-server': 1 } });
    await expectWhole('batch-halved', [...few, referrer]);
  });

  test('a circle larger than a bundle, and a resource that refers to itself, are closed by updates', async () => {
    const ring = Array.from({ length: 130 }, (_, n) =>
      observation(`o${n}`, { hasMember: [{ reference: `Observation/o${(n + 1) % 130}` }] }),
    );
    const self = observation('self', { derivedFrom: [{ reference: 'Observation/self' }] });
    const { report } = await load('circle', [...ring, self]);
    expect(report).toMatchObject({ created: 131, updated: 0 });
    await expectWhole('circle', [...ring, self]);
    const stored = await world.stored<Observation>('Observation', 'circle');
    expect(stored.every(({ hasMember, derivedFrom }) => (hasMember ?? derivedFrom)?.[0]?.reference)).toBe(true);
    expect((await load('circle', [...ring, self])).report).toMatchObject({ unchanged: 131 });
  });

  test("the export's own Patient comes first, so that what it refers to is in its compartment too", async () => {
    const lines = [
      { resourceType: 'Organization', id: 'org', name: 'Clinic' },
      {
        resourceType: 'Patient',
        id: 'p',
        name: [{ family: 'Doe' }],
        managingOrganization: { reference: 'Organization/org' },
      },
    ];
    await load('compartment', lines);
    const [owner] = await world.stored<Patient>('Patient', 'compartment');
    const [organization] = await world.stored<Organization>('Organization', 'compartment');
    expect(owner?.managingOrganization?.reference).toBe(`Organization/${organization?.id}`);
    expect(organization?.meta?.accounts).toEqual([{ reference: `Patient/${owner?.id}` }]);
  });

  test('a changed line is one update under the same id, with a Provenance of its own export', async () => {
    await load('changed', [observation('a'), observation('b')], { exportId: 'first' });
    const { report } = await load('changed', [observation('a', { status: 'amended' }), observation('b')], {
      exportId: 'second',
    });
    expect(report).toMatchObject({ updated: 1, unchanged: 1, created: 0 });
    const stored = await world.stored<Observation>('Observation', 'changed');
    expect(stored.map(({ status }) => status).toSorted()).toEqual(['amended', 'final']);
    const amended = stored.find(({ status }) => status === 'amended');
    const provenances = await world.stored<Provenance>('Provenance', 'changed');
    const targets = provenances.map(({ target }) => target.map(({ reference }) => reference));
    expect(targets.filter((all) => all.includes(`Observation/${amended?.id}`))).toHaveLength(2);
    expect(targets).toHaveLength(2);
  });
});

describe('a lost reply of a batch', () => {
  test.each(['before-server', 'after-request'] as const)('%s stores nothing twice and loses nothing', async (way) => {
    cutBatches({ 0: way, 2: way });
    const { report } = await load(`batch-${way}`, chained);
    expect(cutsMade).toBe(2);
    expect(report).toMatchObject({ created: chained.length, updated: 0, unchanged: 0 });
    await expectWhole(`batch-${way}`, chained);
  });

  test('that is still being carried out when we come back stores nothing twice', async () => {
    world.server.switches.commitDelayMs = 30;
    const few = chained.slice(0, 40);
    cutBatches({ 0: 'after-request' });
    await load('batch-pending', few);
    expect(cutsMade).toBe(1);
    await expectWhole('batch-pending', few);
  });
});

/** A run of its own process, as far as its server can tell: from one request on it is never heard of again. */
async function killAt(
  namespace: string,
  isLast: (method: string, path: string) => boolean,
  way: Cut = 'after-request',
): Promise<void> {
  const proxy = await startCuttingProxy(world.server.baseUrl);
  const { client } = await createMedplum({ ...BRIDGE_CLIENT, baseUrl: proxy.baseUrl });
  const dead = Promise.withResolvers<void>();
  let isDead = false;
  proxy.cut = (method, path) => {
    if (isDead) return 'before-server';
    isDead = isLast(method, path);
    if (isDead) dead.resolve();
    return isDead ? way : undefined;
  };
  const files = [await world.writeFile(chained)];
  const request = { namespace, exportId: `${namespace}-export`, files, retrieved: new Date('2026-11-01T12:00:00Z') };
  world.server.switches.transactionBundles = false;
  const ended = importExport(client, request).catch(() => undefined);
  await Promise.race([dead.promise, ended]);
}

describe('a run that was stopped anywhere', () => {
  test('is brought to its end by the next one, with one Provenance for everything', async () => {
    const after = fc.integer({ min: 0, max: 30 });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(after, fc.boolean(), async (requests, isPending) => {
        const namespace = `stopped-${run++}`;
        world.server.switches.commitDelayMs = isPending ? 3 : 0;
        let seen = 0;
        await killAt(namespace, (method) => method !== 'GET' && seen++ === requests);
        await load(namespace, chained);
        await expectWhole(namespace, chained);
      }),
      { numRuns: 5 },
    );
  }, 60_000);

  test('after a batch but before its Provenance, has it written by the next', async () => {
    await killAt('unproven', (method, path) => method === 'POST' && path.endsWith('/Provenance'), 'before-server');
    expect(await world.stored('Provenance', 'unproven')).toHaveLength(0);
    expect((await world.stored('Observation', 'unproven')).length).toBeGreaterThan(0);
    await load('unproven', chained);
    await expectWhole('unproven', chained);
  });
});

test('a run that took over stops the other at its next batch', async () => {
  let second: Promise<unknown> | undefined;
  let number = 0;
  world.server.switches.transactionBundles = false;
  world.proxy.cut = (method, path, body) => {
    if (isBatch(method, path, body) && number++ === 1) second = world.load('batch-taken', chained);
    return undefined;
  };
  const first = await world.load('batch-taken', chained).catch((error: { code: string }) => error.code);
  await second;
  expect(typeof first === 'string' ? first : 'ended').toMatch(/import-running|ended/);
  await world.load('batch-taken', chained);
  world.server.switches.transactionBundles = true;
  await expectWhole('batch-taken', chained);
  expect((await world.stored<Basic>('Basic', 'batch-taken')).length).toBe(1);
});
