import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Task } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ledgerFromTask } from '../contract/import-task.ts';
import { importFile } from '../ingest/import-file.ts';
import { Findings } from '../ingest/ledger/findings.ts';
import { verifyImport } from '../ingest/ledger/verify-import.ts';
import { setPatience } from '../medplum/client/retry-read.ts';
import type { Cut } from './cutting-proxy.ts';
import { type ImportWorld, startImportWorld } from './import-world.ts';

let world: ImportWorld;
let journals: string;
beforeAll(async () => {
  world = await startImportWorld();
  journals = await mkdtemp(join(tmpdir(), 'lost-'));
});
afterEach(() => {
  world.proxy.cut = () => undefined;
});
afterAll(async () => {
  await world.close();
  await rm(journals, { recursive: true, force: true });
});

const LINES = [
  { resourceType: 'Patient', id: 'p' },
  { resourceType: 'Binary', id: 'b', contentType: 'text/plain', data: Buffer.from('a letter').toString('base64') },
  {
    resourceType: 'DocumentReference',
    id: 'd',
    status: 'current',
    subject: { reference: 'Patient/p' },
    content: [{ attachment: { contentType: 'text/plain', url: 'Binary/b' } }],
  },
  'not json',
];

type IsRequest = (method: string, path: string, body: string) => boolean;

/** The phases of an import by a request that only they make. */
const PHASES: [phase: string, isRequest: IsRequest][] = [
  ['its Task is begun', (method, path) => method === 'POST' && path.endsWith('/Task')],
  ['the raw export is kept', (_, path, body) => path.endsWith('/Binary') && body.startsWith('{"resourceType"')],
  ['the store is asked', (_, __, body) => body.includes('"batch"') && body.includes('_fields=meta')],
  ['a document is uploaded', (_, path, body) => path.endsWith('/Binary') && body === 'a letter'],
  ['a bundle is written', (_, __, body) => body.includes('"transaction"') && body.includes('DocumentReference')],
  ['the ledger is kept', (_, path, body) => path.endsWith('/Binary') && body.includes('"disposition"')],
  ['the import is audited', (method, path) => method === 'POST' && path.endsWith('/AuditEvent')],
];

async function theTask(connection: string): Promise<Task | undefined> {
  return (await world.stored<Task>('Task', connection))[0];
}

/** Everything is there once, and the Task says so. */
async function expectWhole(connection: string): Promise<void> {
  expect((await theTask(connection))?.status).toBe('completed');
  expect((await verifyImport(world.medplum, { namespace: connection })).found).toEqual(new Findings().counts);
  expect(await world.stored('DocumentReference', connection)).toHaveLength(1);
  expect(await readdir(journals)).toEqual([]);
}

describe('a server that is away for a moment while', () => {
  test.each(PHASES)('%s is waited for', async (_, isRequest) => {
    const connection = `lost-${randomUUID()}`;
    let cuts = 0;
    world.proxy.cut = (...request) => {
      if (!isRequest(...request) || cuts >= 3) return undefined;
      return cuts++ === 1 ? 'after-request' : 'before-server';
    };
    await importFile(world.medplum, { file: await world.writeFile(LINES), connection, journals });
    // A transaction whose reply alone was lost is found, and not sent again.
    expect(cuts).toBeGreaterThan(1);
    await expectWhole(connection);
  });
});

const OUTCOME = {
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'exception', details: { text: 'Connection terminated unexpectedly' } }],
};

/** What a server says, or does not, that is no longer there or has lost its database. */
const AWAY: Cut[] = ['before-server', { refuseWith: OUTCOME, status: 500 }, { refuseWith: OUTCOME, status: 503 }];

describe('a server that goes away for longer than anybody waits while', () => {
  beforeAll(() => setPatience(100));
  afterAll(() => setPatience(120_000));

  test.each(PHASES.map((phase, at) => [...phase, AWAY[at % AWAY.length]] as const))(
    '%s leaves an import that is not told as done, and the next run ends it',
    async (_, isRequest, away) => {
      const connection = `lost-${randomUUID()}`;
      const file = await world.writeFile(LINES);
      let isAway = false;
      world.proxy.cut = (...request) => {
        const wasAway = isAway;
        isAway ||= isRequest(...request);
        if (!isAway) return undefined;
        // Of what it was doing nobody heard the end.
        return wasAway ? away : 'after-request';
      };
      await expect(importFile(world.medplum, { file, connection, journals })).rejects.toMatchObject({
        name: 'LostReplyError',
      });
      world.proxy.cut = () => undefined;
      expect((await theTask(connection))?.status).not.toBe('completed');
      await importFile(world.medplum, { file, connection, journals });
      await expectWhole(connection);
    },
  );
});

describe('an import that is given up while', () => {
  test.each(PHASES)('%s is told as done only when it is, and the next run ends it', async (_, isRequest) => {
    const connection = `lost-${randomUUID()}`;
    const file = await world.writeFile(LINES);
    const stopping = new AbortController();
    world.proxy.cut = (...request) => {
      if (!isRequest(...request) || stopping.signal.aborted) return undefined;
      stopping.abort(new Error('given up'));
      return 'after-request';
    };
    const given = importFile(world.medplum, { file, connection, journals, signal: stopping.signal });
    await given.catch(() => undefined);
    expect(stopping.signal.aborted).toBe(true);
    const task = await theTask(connection);
    const isTold = task?.status === 'completed' || (task !== undefined && ledgerFromTask(task) !== undefined);
    if (isTold) await expectWhole(connection);
    await importFile(world.medplum, { file, connection, journals });
    await expectWhole(connection);
  });
});
