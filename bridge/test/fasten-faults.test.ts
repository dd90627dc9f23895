import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MedplumClient } from '@medplum/core';
import type { Consent, DocumentReference, Encounter, Observation, Patient } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startFasten } from '../../sandbox/fasten/start-fasten.ts';
import { FASTEN_FAULTS, STORE_FAULTS } from '../../sandbox/faults/fault-kinds.ts';
import { type Exports, followExports, PERSONA, SUBJECT } from './follow-export.ts';
import { measureEffects } from './measure-effects.ts';
import { promoteJobs } from './promote-jobs.ts';
import { eventually, startWorld, type World } from './start-world.ts';

const HOUR_MS = 60 * 60 * 1000;
let world: World;
let clinician: MedplumClient;
let exports: Exports;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
  exports = await followExports(world, clinician);
});

afterEach(() => {
  world.fasten.resetChaos();
});

afterAll(async () => {
  await exports.close();
  await world.close();
});

const connect: Exports['connect'] = (source) => exports.connect(source);
const tasksOf: Exports['tasksOf'] = (connected) => exports.tasksOf(connected);
const ended: Exports['ended'] = (connected, status) => exports.ended(connected, status);
const attempted: Exports['attempted'] = (connected) => exports.attempted(connected);
const imported: Exports['imported'] = (lines, end) => exports.imported(lines, end);
const importedFrom: Exports['importedFrom'] = (source) => exports.importedFrom(source);

const observation = (id: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: id },
  subject: { reference: 'Patient/p' },
  ...more,
});

describe('the API', () => {
  test('keys that Fasten refuses bind nothing, and are told as a fault that may pass', async () => {
    const { orgConnectionId } = await world.fasten.createConnection({ persona: PERSONA });
    const patient = await clinician.createResource<Patient>({ resourceType: 'Patient' });
    for (const status of [401, 403]) {
      world.fasten.setChaos({ answerNext: { status, times: 1 } });
      const before = await measureEffects(world);
      const body = { patientId: patient.id, org_connection_id: orgConnectionId };
      const answer = await world.call(clinician, 'POST', '/connections/complete', body);
      expect([answer.status, answer.body]).toMatchObject([502, { resourceType: 'OperationOutcome' }]);
      expect(await measureEffects(world)).toEqual(before);
    }
  });

  test('a request for an export that Fasten answers with 500 at first is made again', async () => {
    world.fasten.setChaos({ answerNext: { status: 500, times: 1, method: 'POST' } });
    const connected = await connect();
    await eventually(async () => ((await promoteJobs(world, 'export-request')).length > 0 ? true : undefined));
    await ended(connected);
  });

  test('asking again within a day brings the same export, whose second event loads nothing', async () => {
    const connected = await connect();
    const first = await ended(connected);
    const authorization = `Basic ${btoa('public_test_sandbox:private_test_sandbox')}`;
    const before = await measureEffects(world);
    await fetch(`${world.fasten.baseUrl}/bridge/fhir/ehi-export`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ org_connection_id: connected.orgConnectionId }),
    });
    await eventually(async () => (world.fasten.deliveries().at(-1)?.state === 'delivered' ? true : undefined));
    expect((await measureEffects(world)).writes).toBe(before.writes);
    expect((await tasksOf(connected)).map(({ id }) => id)).toEqual([first.id]);
  });

  test('an export that takes its time is waited for, and one that fails is told', async () => {
    const connected = await connect({ persona: PERSONA, failWith: 'resource_patient_failure' });
    const task = await ended(connected, 'failed');
    expect(task.statusReason?.coding?.map(({ code }) => code)).toEqual(['resource_patient_failure', 'retry']);
  });
});

describe('webhooks', () => {
  test('an event of the other mode, signed with its own secret, is not ours', async () => {
    const secret = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
    const live = await startFasten({
      publicId: 'public_live_sandbox',
      webhookSecret: secret,
      webhookUrl: `${world.api}/webhook`,
      retryDelaysMs: [],
    });
    try {
      const before = await measureEffects(world);
      await live.sendTest();
      await eventually(async () => (live.deliveries()[0]?.state === 'failed' ? true : undefined));
      expect(live.deliveries()[0]?.attempts.map(({ outcome }) => outcome)).toEqual([401]);
      expect(await measureEffects(world)).toEqual(before);
    } finally {
      await live.close();
    }
  });

  test('an event that could not be delivered is taken when it is sent again, signed anew', async () => {
    await world.fasten.setWebhook({ url: 'http://127.0.0.1:9/webhook' });
    const connected = await connect();
    await attempted(connected);
    await world.fasten.setWebhook({ url: `${world.api}/webhook` });
    await ended(connected);
    const outcomes = (await attempted(connected)).attempts.map(({ outcome }) => outcome);
    expect(outcomes.length).toBeGreaterThan(1);
    expect([outcomes[0], outcomes.at(-1)]).toEqual(['connection error', 200]);
  });

  test('an event that is delivered three times at once is done once', async () => {
    world.fasten.setChaos({ copies: 3 });
    const connected = await connect();
    const task = await ended(connected);
    await measureEffects(world);
    expect(await tasksOf(connected)).toHaveLength(1);
    expect(world.log().match(new RegExp(`"import.started".*"taskId":"${task.id}"`, 'g'))).toHaveLength(1);
  });

  test('an export that is told before the connection is loaded all the same', async () => {
    world.fasten.setChaos({ delaysMs: { 'patient.connection_success': 2_000 } });
    await world.fasten.setWebhook({ connectionEvents: true });
    const connected = await connect();
    await ended(connected);
    await eventually(async () => {
      const late = world.fasten.deliveries().find(({ type, data }) => {
        return type === 'patient.connection_success' && data.org_connection_id === connected.orgConnectionId;
      });
      return late?.state === 'delivered' ? true : undefined;
    });
    await world.fasten.setWebhook({ connectionEvents: false });
    expect(await tasksOf(connected)).toHaveLength(1);
  });
});

describe('downloads', () => {
  test('the file comes from another origin, which is shown no credentials', async () => {
    expect(new URL(world.fasten.storageOrigin).port).not.toBe(new URL(world.fasten.baseUrl).port);
    // That origin refuses a request which carries an Authorization header; the import would fail.
    expect((await importedFrom({ persona: PERSONA })).counts.created).toBeGreaterThan(0);
  });

  test('a signed address that has expired is asked for anew', async () => {
    const cut = world.fasten.cutNextDownload(2000);
    const { counts } = await importedFrom({ persona: PERSONA });
    await cut;
    expect(counts.quarantined).toBe(0);
  });

  test('an export that nobody fetched within a day is gone, and that is said', async () => {
    await world.fasten.setWebhook({ url: 'http://127.0.0.1:9/webhook' });
    const connected = await connect();
    const { eventId } = await attempted(connected);
    world.fasten.advanceClock(25 * HOUR_MS);
    await world.fasten.setWebhook({ url: `${world.api}/webhook` });
    world.fasten.redeliver(eventId);
    const task = await ended(connected, 'failed');
    expect(task.statusReason?.coding?.[0]?.code).toBe('export-gone');
  });

  test.each(['old-field', 'list', 'bare-list'] as const)('links told as %s are followed', async (links) => {
    world.fasten.setChaos({ links });
    expect((await importedFrom({ persona: PERSONA })).counts.created).toBeGreaterThan(0);
  });
});

describe('files', () => {
  test('eleven lines are a record', async () => {
    const lines = [SUBJECT, ...Array.from({ length: 10 }, (_, index) => observation(`o${index}`))];
    expect((await imported(lines)).counts).toMatchObject({ lines: 11, created: 11 });
  });

  test('a record of 3,556 lines is loaded whole', async () => {
    const { counts } = await importedFrom({ persona: { ...PERSONA, resources: 3556 } });
    expect(counts.lines).toBeGreaterThanOrEqual(3556);
    expect(counts.quarantined).toBe(0);
  }, 300_000);

  test("Epic's ids of 130 characters are kept apart, also where they differ in the last one alone", async () => {
    const long = `e${'x'.repeat(128)}`;
    const { find } = await imported([SUBJECT, observation(`${long}1`), observation(`${long}2`)]);
    const sources = (await find<Observation>('Observation')).map(({ meta }) => meta?.source?.split('/').at(-1));
    expect(sources.toSorted()).toEqual([`${long}1`, `${long}2`]);
  });

  test('a Binary that Fasten made of a document is joined to what names it by address', async () => {
    const address = 'https://fhir.example.org/r4/Binary/x1';
    const content = [{ attachment: { contentType: 'text/plain', url: 'Binary/x1' } }];
    const { find } = await imported([
      SUBJECT,
      {
        resourceType: 'DocumentReference',
        id: 'd',
        status: 'current',
        subject: { reference: 'Patient/p' },
        content,
      },
      {
        resourceType: 'Binary',
        id: Buffer.from(address).toString('base64'),
        contentType: 'text/plain;charset=utf-8',
        data: Buffer.from('a letter').toString('base64'),
        meta: { source: address },
      },
    ]);
    const [document] = await find<DocumentReference>('DocumentReference');
    const url = document?.content?.[0]?.attachment?.url ?? '';
    expect(await (await fetch(url)).text()).toBe('a letter');
  });

  test('a contained resource stays where it is, and its row of its own is a resource', async () => {
    const contained = [{ resourceType: 'Practitioner', id: 'doc', name: [{ text: 'Doc' }] }];
    const performer = [{ reference: '#doc' }];
    const row = { resourceType: 'Practitioner', id: btoa('Observation/o#doc'), name: [{ text: 'Doc' }] };
    const { find, counts } = await imported([SUBJECT, observation('o', { contained, performer }), row]);
    expect(counts.created).toBe(3);
    expect(await find<Observation>('Observation')).toMatchObject([{ contained, performer }]);
  });

  test('a versioned reference points at what is stored', async () => {
    const organization = { resourceType: 'Organization', id: '1', name: 'Clinic' };
    const performer = [{ reference: 'Organization/1/_history/1' }];
    const { find } = await imported([SUBJECT, organization, observation('o', { performer })]);
    const [stored] = await find('Organization');
    expect(await find<Observation>('Observation')).toMatchObject([
      { performer: [{ reference: `Organization/${stored?.id}` }] },
    ]);
  });

  test('a reference to nothing keeps what it said', async () => {
    const { find } = await imported([SUBJECT, observation('o', { encounter: { reference: 'Encounter/absent' } })]);
    const [stored] = await find<Observation>('Observation');
    expect(stored?.encounter).toMatchObject({ identifier: { value: 'Encounter/absent' } });
    expect(stored?.encounter?.reference).toBeUndefined();
  });

  test('a line that comes three times is stored once, in its newest form', async () => {
    const old = observation('o', { meta: { lastUpdated: '2026-01-01T00:00:00Z' } });
    const newest = observation('o', { meta: { lastUpdated: '2026-02-01T00:00:00Z' }, status: 'amended' });
    const { find, counts } = await imported([SUBJECT, old, newest, old]);
    expect(counts).toMatchObject({ created: 2, duplicate: 2 });
    expect(await find<Observation>('Observation')).toMatchObject([{ status: 'amended' }]);
  });

  test('a line that is no JSON costs nothing but itself', async () => {
    const { counts } = await imported([SUBJECT, '{"resourceType":"Observation","id":', observation('o')]);
    expect(counts).toMatchObject({ created: 2, quarantined: 1 });
  });

  test('a last line without an end is a line', async () => {
    expect((await imported([SUBJECT, observation('o')], '')).counts.created).toBe(2);
  });

  test('a status in the wrong case is put right', async () => {
    const encounter = { resourceType: 'Encounter', id: 'e', status: 'Finished', class: { code: 'AMB' } };
    const { find } = await imported([SUBJECT, { ...encounter, subject: { reference: 'Patient/p' } }]);
    expect(await find<Encounter>('Encounter')).toMatchObject([{ status: 'finished' }]);
  });

  test('an export that is one Bundle is loaded entry by entry', async () => {
    world.fasten.setChaos({ format: 'fhir_bundle' });
    const { find } = await imported([SUBJECT, observation('o1'), observation('o2')]);
    expect(await find<Observation>('Observation')).toHaveLength(2);
  });

  test('of a file that ends in mid-line, the whole lines are loaded and the rest is told', async () => {
    const kept = JSON.stringify(SUBJECT).length + 1 + JSON.stringify(observation('o1')).length + 20;
    world.fasten.setChaos({ keepBytes: kept });
    const lines = [SUBJECT, observation('o1'), observation('o2'), observation('o3')];
    const { task, counts, find } = await imported(lines);
    expect(counts).toMatchObject({ created: 2, quarantined: 1 });
    expect(await find<Observation>('Observation')).toHaveLength(1);
    const told = task.output?.find(({ type }) => type.coding?.[0]?.code === 'fewer-than-announced');
    expect(told?.valueInteger).toBe(1);
  });
});

describe('events', () => {
  test.each([
    ['patient.connection_success', { org_connection_id: 'unheard-of', connection_status: 'authorized' }],
    ['patient.request_health_system', { email: 'a@example.com', name: 'A' }],
    ['patient.request_support', { email: 'a@example.com', body: 'Zyxwvut cannot sign in' }],
    ['webhook.test', { hello: 'world' }],
    ['patient.something_new', { anything: 1 }],
  ])('%s is taken at once and does nothing', async (type, data) => {
    const before = await measureEffects(world);
    const { eventId } = await world.fasten.sendEvent({ type, data });
    const sent = await eventually(async () => {
      return world.fasten.deliveries().find((each) => each.eventId === eventId && each.state !== 'pending');
    });
    expect(sent.attempts.map(({ outcome }) => outcome)).toEqual([200]);
    expect(await measureEffects(world)).toEqual(before);
    expect(`${world.log()}${await world.redis.dump()}`).not.toMatch(/Zyxwvut|a@example/);
  });

  test('a revocation ends the connection', async () => {
    const connected = await connect();
    await ended(connected);
    await world.fasten.setWebhook({ connectionEvents: true });
    await world.fasten.revokeConnection(connected.orgConnectionId);
    await eventually(async () => {
      const query = `patient=Patient/${connected.patient.id}&status=inactive`;
      return clinician.searchOne('Consent', query, { cache: 'reload' }) as Promise<Consent | undefined>;
    });
    await world.fasten.setWebhook({ connectionEvents: false });
  });

  test.each(['odd', 'none'] as const)('counts that are %s hold nothing up', async (stats) => {
    world.fasten.setChaos({ stats });
    expect((await importedFrom({ persona: PERSONA })).counts.created).toBeGreaterThan(0);
  });

  test('an id is whatever Fasten says it is', async () => {
    world.fasten.setChaos({ ids: 'four-groups' });
    const { task } = await importedFrom({ persona: PERSONA });
    expect(task.identifier?.[0]?.value?.split('-')).toHaveLength(4);
  });
});

test.each([
  ['docs/sandbox-fasten.md', FASTEN_FAULTS],
  ['docs/sandbox-medplum.md', STORE_FAULTS],
])('the table of faults in %s names tests that there are, and every switch', async (file, faults) => {
  const root = join(import.meta.dirname, '../..');
  const text = await readFile(join(root, file), 'utf8');
  const rows = [...text.matchAll(/^\| .* \| (.*) \| `(bridge\/[\w./-]+)`: (.*) \|$/gm)];
  for (const [, , path = '', names = ''] of rows) {
    const source = (await readFile(join(root, path), 'utf8')).replaceAll("\\'", "'");
    for (const name of names.split(' · ')) expect([path, name, source.includes(name)]).toEqual([path, name, true]);
  }
  const switches = rows.map(([, named]) => named).join();
  for (const { name } of faults) expect(switches).toContain(`\`${name}\``);
  expect(rows.length).toBeGreaterThan(file.includes('fasten') ? 45 : 7);
});
