import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CCDA_CONVERSION_CODE, CCDA_FACT_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { WithId } from '@medplum/core';
import type { DocumentReference, Patient, Resource, ResourceType, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFeedBotJob } from '../../bridge/feed/feed-bot.job.ts';
import { eraseNamespace } from '../../bridge/ingest/erase/erase-namespace.ts';
import { importFile } from '../../bridge/ingest/import-file.ts';
import { createMedplum, type MedplumConnection } from '../../bridge/medplum/client/create-medplum.ts';
import { createLog } from '../../bridge/observe/log.ts';
import { createMetrics } from '../../bridge/observe/metrics.ts';
import { createLock } from '../../bridge/queue/hold-lock.ts';
import { rememberFeed } from '../../bridge/queue/remember-feed.ts';
import { BRIDGE_CLIENT } from '../../bridge/test/import-world.ts';
import { type TestRedis, withRedis } from '../../bridge/test/with-redis.ts';
import { readBotConfigs } from '../build.ts';
import { deployBots } from '../deploy/deploy-bots.ts';
import { CCD, CCD_FACTS, CCD_PERSON, outputsOf, recordOf } from './ccd.ts';
import { type DeployWorld, startDeployWorld } from './deploy-world.ts';

let world: DeployWorld;
let connection: MedplumConnection;
let redis: TestRedis;
let folder: string;

beforeAll(async () => {
  world = await startDeployWorld();
  redis = await withRedis();
  folder = await mkdtemp(join(tmpdir(), 'ccda-'));
  connection = await createMedplum({ baseUrl: world.server.baseUrl, ...BRIDGE_CLIENT });
  await deployBots(
    world.settings,
    readBotConfigs().filter(({ name }) => name === 'ccda-to-fhir'),
  );
});

afterAll(async () => {
  await connection.close();
  await redis.close();
  await world.close();
  await rm(folder, { recursive: true });
});

async function reportsOf(document: WithId<DocumentReference> | undefined): Promise<Task[]> {
  await world.settled();
  const query = { focus: `DocumentReference/${document?.id}` };
  return [...(await world.admin.searchResources('Task', query, { cache: 'reload' }))];
}

async function expectNoDanglingReference(resources: readonly Resource[]): Promise<void> {
  const said = resources.map(({ meta: _, ...rest }) => rest);
  const references = JSON.stringify(said).match(/(?<="reference":")[^"]*/g) ?? [];
  for (const reference of new Set(references)) {
    const [type, id] = reference.split('/');
    await expect(world.admin.readResource(type as ResourceType, id ?? ''), reference).resolves.toBeDefined();
  }
}

test('a document that somebody stores is converted at once, and once, though it is edited', async () => {
  const patient = await world.admin.createResource<Patient>({ resourceType: 'Patient', ...CCD_PERSON });
  const binary = await world.other.createBinary({ data: CCD, contentType: 'application/xml' });
  const document = await world.other.createResource<DocumentReference>({
    resourceType: 'DocumentReference',
    status: 'current',
    subject: { reference: `Patient/${patient.id}` },
    content: [{ attachment: { contentType: 'application/xml', url: `Binary/${binary.id}` } }],
  });
  const [task] = await reportsOf(document);
  expect(task).toMatchObject({ status: 'completed', code: { coding: [{ code: CCDA_CONVERSION_CODE }] } });
  expect(outputsOf(task)).toMatchObject({ converted: CCD_FACTS, 'already-here': 0 });
  await world.other.patchResource('DocumentReference', document.id, [
    { op: 'add', path: '/description', value: 'Summary of May' },
  ]);
  expect(await reportsOf(document)).toHaveLength(1);
  const record = await recordOf(world.admin, patient);
  expect(record).toHaveLength(CCD_FACTS);
  await expectNoDanglingReference(record);
});

test('a Binary that is larger than any document is not read to its end', async () => {
  const patient = await world.admin.createResource<Patient>({ resourceType: 'Patient', ...CCD_PERSON });
  const binary = await world.other.createBinary({ data: ' '.repeat(20_000_000), contentType: 'text/xml' });
  const document = await world.other.createResource<DocumentReference>({
    resourceType: 'DocumentReference',
    status: 'current',
    subject: { reference: `Patient/${patient.id}` },
    content: [{ attachment: { contentType: 'text/xml', url: `Binary/${binary.id}` } }],
  });
  expect(await reportsOf(document)).toMatchObject([{ statusReason: { coding: [{ code: 'xml-too-large' }] } }]);
});

test('documents of an import are converted when it is done, without what it brought itself, and go with it', async () => {
  const patient = await world.admin.createResource<Patient>({ resourceType: 'Patient', ...CCD_PERSON });
  const subject = { reference: 'Patient/p' };
  const data = Buffer.from(CCD).toString('base64');
  const lines = [
    { resourceType: 'Patient', id: 'p', ...CCD_PERSON },
    // The same fact, converted by Fasten already.
    {
      resourceType: 'Condition',
      id: 'c',
      subject,
      code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'I10' }] },
    },
    { resourceType: 'Binary', id: 'b', contentType: 'application/xml', data },
    {
      resourceType: 'DocumentReference',
      id: 'd',
      status: 'current',
      subject,
      content: [{ attachment: { contentType: 'application/xml', url: 'Binary/b' } }],
    },
    // Nothing carries this one; another person's.
    {
      resourceType: 'Binary',
      id: 'alone',
      contentType: 'text/xml',
      data: Buffer.from(CCD.replace('19680412', '19710930')).toString('base64'),
    },
  ];
  const file = join(folder, 'export.jsonl');
  await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'));
  const request = { file, connection: 'portal', patient: `Patient/${patient.id}` };
  await importFile(connection.client, request);
  await world.settled();
  expect(await recordOf(world.admin, patient)).toHaveLength(1);

  const feed = await makeFeed();
  await feed();
  const documents = await world.admin.searchResources('DocumentReference', { subject: `Patient/${patient.id}` });
  const reports = (await Promise.all(documents.map(reportsOf))).flat();
  expect(reports).toHaveLength(2);
  expect(reports.map(({ status }) => status).toSorted()).toEqual(['completed', 'requested']);
  const record = await recordOf(world.admin, patient);
  expect(record).toHaveLength(CCD_FACTS);
  await expectNoDanglingReference(record);

  // The same export again: nothing is new, and nothing is doubled.
  await importFile(connection.client, request);
  await (await makeFeed())();
  expect(await recordOf(world.admin, patient)).toHaveLength(CCD_FACTS);

  await eraseNamespace(connection.client, {
    namespace: 'portal',
    patient: `Patient/${patient.id}`,
    connections: [],
    record: {
      unfinished: { references: [], edited: 0 },
      edited: 0,
      begin: async () => undefined,
      keep: async () => undefined,
    } as never,
    admin: world.admin,
  });
  expect(await recordOf(world.admin, patient)).toEqual([]);
  for (const { id } of reports)
    await expect(world.admin.readResource('Task', id ?? '', { cache: 'reload' })).rejects.toThrow();
});

/** Feeds the bot with the newest import, as the worker does. */
async function makeFeed(): Promise<() => Promise<void>> {
  const { id: botId } = await world.bot('ccda-to-fhir');
  const query = { status: 'completed', _sort: '-_lastUpdated', code: 'ehi-import' };
  const task = await world.admin.searchOne('Task', query, { cache: 'reload' });
  const job = createFeedBotJob({
    medplum: connection.client,
    ownReference: `ClientApplication/${BRIDGE_CLIENT.clientId}`,
    remember: (key) => rememberFeed(redis.redis, redis.prefix, key),
    holdLock: createLock(redis.redis, { prefix: redis.prefix }),
    rest: async () => undefined,
    log: createLog('silent'),
    metrics: createMetrics(),
    settleMs: 0,
  });
  const context = { signal: new AbortController().signal, report: async () => undefined };
  return () => job({ botId, taskId: task?.id ?? '' }, context);
}

test('two documents at once that say the same make it once', async () => {
  const patient = await world.admin.createResource<Patient>({ resourceType: 'Patient', ...CCD_PERSON });
  const store = (text: string) =>
    world.other.createResource<DocumentReference>({
      resourceType: 'DocumentReference',
      status: 'current',
      subject: { reference: `Patient/${patient.id}` },
      content: [{ attachment: { contentType: 'text/xml', data: Buffer.from(text).toString('base64') } }],
    });
  const documents = await Promise.all([store(CCD), store(`${CCD}\n`)]);
  for (const document of documents) expect(await reportsOf(document)).toHaveLength(1);
  const record = await recordOf(world.admin, patient);
  expect(record).toHaveLength(CCD_FACTS);
  expect(JSON.stringify(record).split(CCDA_FACT_SYSTEM)).toHaveLength(CCD_FACTS + 1);
});
