import { createHash } from 'node:crypto';
import type { MedplumClient, WithId } from '@medplum/core';
import type { Bundle, Patient, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countsFromTask, rawExportsFromTask } from '../contract/import-task.ts';
import type { LedgerEntry } from '../contract/ledger-entry.ts';
import { ledgerPageSchema } from '../contract/ledger-page.ts';
import { recordBundleSchema } from '../contract/record-category.ts';
import { connectChart, KIM, storeChart } from './connect-chart.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let clinician: MedplumClient;
let patient: WithId<Patient>;
let task: Task;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
  patient = await storeChart(clinician);
  const persona = { seed: 41, resources: 150, documentBytes: 200, patient: KIM };
  await connectChart(world, clinician, patient, { persona });
  task = await eventually(async () => {
    const tasks = await clinician.searchResources('Task', `patient=Patient/${patient.id}`, { cache: 'reload' });
    return tasks.find(({ status }) => status === 'completed');
  });
});

afterAll(async () => {
  await world.close();
});

const get = (path: string, caller: MedplumClient | undefined = clinician) => world.call(caller, 'GET', path);

/** Every page of a ledger. */
async function ledger(query = '') {
  const entries: LedgerEntry[] = [];
  let pages = 0;
  let next: string | undefined = `${new URL(world.api).pathname}/imports/${task.id}/ledger${query}`;
  while (next) {
    const { status, body } = await get(next.slice(new URL(world.api).pathname.length));
    expect(status).toBe(200);
    const page = ledgerPageSchema.parse(body);
    entries.push(...(page.entries as LedgerEntry[]));
    next = page.next;
    pages++;
  }
  return { entries, pages };
}

function rawLine({ line, file, offset }: Pick<LedgerEntry, 'line' | 'file' | 'offset'>, caller = clinician) {
  const headers = { authorization: `Bearer ${caller.getAccessToken()}` };
  return fetch(`${world.api}/imports/${task.id}/lines/${line}?file=${file}&offset=${offset}`, { headers });
}

test('the ledger is read page by page, and narrowed', async () => {
  const whole = await ledger('?_count=500');
  expect(whole.entries).toHaveLength(countsFromTask(task).lines);
  const paged = await ledger('?_count=40');
  expect(paged.entries).toEqual(whole.entries);
  expect(paged.pages).toBe(Math.ceil(whole.entries.length / 40));
  const observations = whole.entries.filter(({ key, disposition }) => {
    return key?.startsWith('Observation/') && disposition === 'created';
  });
  expect(observations.length).toBeGreaterThan(3);
  expect((await ledger('?type=Observation&disposition=created&_count=3')).entries).toEqual(observations);
  expect((await ledger('?code=no-such-code')).entries).toEqual([]);
  expect((await ledger('?disposition=quarantined')).entries).toHaveLength(countsFromTask(task).quarantined);
});

test('a ledger is for those who may read its Task, and for a query that makes sense', async () => {
  const unsigned = await world.call(undefined, 'GET', `/imports/${task.id}/ledger`);
  expect(unsigned).toMatchObject({ status: 401, body: { resourceType: 'OperationOutcome' } });
  expect((await get('/imports/00000000-0000-4000-8000-000000000000/ledger')).status).toBe(404);
  for (const query of ['disposition=burnt', '_count=0', 'cursor=-1', 'sort=key', 'type=a%20b', 'target=me']) {
    expect(await get(`/imports/${task.id}/ledger?${query}`)).toMatchObject({
      status: 400,
      body: { issue: [{ code: 'invalid' }] },
    });
  }
  const { id: _, meta: __, ...unfinished } = task;
  const running = await clinician.createResource<Task>({ ...unfinished, status: 'in-progress', output: [] });
  expect((await get(`/imports/${running.id}/ledger`)).status).toBe(404);
});

test('the ledger tells which lines a stored resource was made of, those of its document too', async () => {
  const { entries } = await ledger('?_count=500');
  const one = entries.find(({ key }) => key?.startsWith('Observation/'));
  const ofOne = entries.filter(({ target }) => target !== undefined && target === one?.target);
  expect((await ledger(`?target=${one?.target}`)).entries).toEqual(ofOne);
  const binary = entries.find(({ carrier }) => carrier?.startsWith('DocumentReference/'));
  const keys = (await ledger(`?target=${binary?.carrier}`)).entries.map(({ key }) => key?.split('/')[0]);
  expect(keys.toSorted()).toEqual(['Binary', 'DocumentReference']);
  expect((await ledger('?target=Observation/00000000-0000-4000-8000-000000000000')).entries).toEqual([]);
});

test('a line is shown as it came, and that it was read is recorded', async () => {
  const { entries } = await ledger('?_count=500');
  for (const entry of [entries[0], entries[70], entries.at(-1)]) {
    if (!entry) throw new Error('the ledger is too short');
    const response = await rawLine(entry);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(entry.sha256);
    expect(JSON.parse(bytes.toString())).toMatchObject({ id: entry.key?.split('/')[1] });
  }
  const query = `entity=Task/${task.id}&action=R`;
  const found = await clinician.searchResources('AuditEvent', query, { cache: 'reload' });
  // That the ledger was read is recorded too, for all its pages together.
  const reads = found.filter(({ entity }) => entity?.some(({ detail }) => detail?.[0]?.type === 'line'));
  expect(reads).toHaveLength(3);
  expect(reads[0]?.agent.find(({ requestor }) => requestor)?.who?.reference).toMatch(/^Practitioner\//);
  expect(reads.flatMap(({ entity }) => entity?.map(({ what }) => what?.reference))).toContain(`Patient/${patient.id}`);
});

test('a line that is not there, too large or changed is refused', async () => {
  const { entries } = await ledger('?_count=500');
  const last = entries.at(-1);
  expect(await get(`/imports/${task.id}/lines/${(last?.line ?? 0) + 1}`)).toMatchObject({ status: 404 });
  expect(await get(`/imports/${task.id}/lines/one`)).toMatchObject({ status: 404 });
  expect(await get(`/imports/${task.id}/lines/1?file=-1`)).toMatchObject({ status: 400 });

  const [raw] = rawExportsFromTask(task);
  const output = task.output ?? [];
  const { id: _, meta: __, ...rest } = task;
  const other = await clinician.createBinary({ data: 'x'.repeat(100_000), contentType: 'text/plain' });
  const changed = await clinician.createResource<Task>({
    ...rest,
    output: output.map((each) => {
      if (each.valueReference?.reference !== raw?.reference) return each;
      return { ...each, valueReference: { ...each.valueReference, reference: `Binary/${other.id}` } };
    }),
  });
  expect(await get(`/imports/${changed.id}/lines/1`)).toMatchObject({
    status: 500,
    body: { resourceType: 'OperationOutcome' },
  });

  const long = `${JSON.stringify({ ...entries[0], length: 20_000_000 })}\n`;
  const longLedger = await clinician.createBinary({ data: long, contentType: 'application/x-ndjson' });
  const oversized = await clinician.createResource<Task>({
    ...rest,
    output: output.map((each) => {
      if (!each.type.coding?.some(({ code }) => code === 'ledger')) return each;
      return { ...each, valueReference: { reference: `Binary/${longLedger.id}` } };
    }),
  });
  const refused = await get(`/imports/${oversized.id}/lines/${entries[0]?.line}`);
  expect(refused).toMatchObject({ status: 422, body: { issue: [{ code: 'too-long' }] } });
  expect(JSON.stringify(refused.body)).toContain('20000000');
});

/** Every resource behind an address, through its next links. */
async function collect(path: string): Promise<string[]> {
  const found: string[] = [];
  let url: string | undefined = `${world.api}${path}`;
  while (url) {
    expect(url.startsWith(`${world.api}/data/`)).toBe(true);
    const { status, body } = await get(url.slice(world.api.length));
    expect(status).toBe(200);
    recordBundleSchema.parse(body);
    const bundle = body as Bundle;
    found.push(...(bundle.entry ?? []).map(({ resource }) => `${resource?.resourceType}/${resource?.id}`));
    url = bundle.link?.find(({ relation }) => relation === 'next')?.url;
  }
  return found.toSorted();
}

async function search(type: string, query: string): Promise<string[]> {
  const found = await clinician.searchResources(type as 'Observation', `${query}&_count=1000`, { cache: 'reload' });
  return found.map(({ resourceType, id }) => `${resourceType}/${id}`).toSorted();
}

test('a category of the record is what Medplum finds, in pages of any size', async () => {
  const patientQuery = `patient=Patient/${patient.id}`;
  const conditions = await search('Condition', patientQuery);
  expect(conditions.length).toBeGreaterThan(0);
  expect(await collect(`/data/${patient.id}/conditions`)).toEqual(conditions);
  const labs = [
    ...(await search('Observation', `${patientQuery}&category=laboratory`)),
    ...(await search('DiagnosticReport', `${patientQuery}&category=LAB`)),
  ].toSorted();
  expect(labs.length).toBeGreaterThan(0);
  for (const count of [2, 20, 500]) expect(await collect(`/data/${patient.id}/labs?_count=${count}`)).toEqual(labs);
});

test('the whole record has every resource once, and nobody else', async () => {
  const all = await collect(`/data/${patient.id}?_count=25`);
  expect(new Set(all).size).toBe(all.length);
  const observations = await search('Observation', `patient=Patient/${patient.id}`);
  expect(all.filter((reference) => reference.startsWith('Observation/'))).toEqual(observations);
  const stranger = await clinician.createResource<Patient>({ resourceType: 'Patient' });
  expect(await collect(`/data/${stranger.id}`)).toEqual([`Patient/${stranger.id}`]);
});

test('what is asked amiss is refused', async () => {
  expect(await world.call(undefined, 'GET', `/data/${patient.id}`)).toMatchObject({ status: 401 });
  expect((await get('/data/00000000-0000-4000-8000-000000000000/labs')).status).toBe(404);
  expect((await get(`/data/${patient.id}/horoscopes`)).status).toBe(404);
  for (const query of ['_count=9999', 'page=http://elsewhere', 'patient=Patient/other', 'page=0.x1']) {
    expect((await get(`/data/${patient.id}/labs?${query}`)).status).toBe(400);
  }
});
