import type { AsyncJob, Group } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenRecord, openRecord } from '../../likeness/record/open-record.ts';
import { bundleOf } from '../open-sandbox.ts';

let record: OpenRecord;
beforeAll(async () => {
  record = await openRecord();
});
afterAll(() => record.close());

interface Manifest {
  readonly transactionTime: string;
  readonly request: string;
  readonly output: readonly { readonly type: string; readonly url: string }[];
}

/** Begins an export; where its status is. */
async function begin(path: string): Promise<string> {
  const answer = await record.call('GET', record.at(path));
  expect(answer.status, answer.text).toBe(202);
  return new URL(answer.headers.get('Content-Location') ?? '').pathname;
}

async function finish(status: string): Promise<Manifest> {
  for (;;) {
    const answer = await record.call('GET', status);
    if (answer.status === 200) return answer.json as Manifest;
    expect([answer.status, answer.text]).toEqual([202, '']);
  }
}

/** Names of what is in each file, without a token. */
async function contents({ output }: Manifest): Promise<Record<string, string[]>> {
  const names = new Map([...record.planted].map(([name, id]) => [id, name]));
  const files = output.map(async ({ type, url }) => {
    const reply = await fetch(url);
    expect(reply.headers.get('Content-Type')).toBe('application/fhir+ndjson');
    const lines = (await reply.text()).split('\n').slice(0, -1);
    return [type, lines.map((line) => names.get(JSON.parse(line).id) ?? 'other').sort()] as const;
  });
  return Object.fromEntries(await Promise.all(files));
}

describe('a bulk export', () => {
  test('of a Group has $everything of its patients, and its other members', async () => {
    const manifest = await finish(await begin('Group/{grp}/$export?_type=Observation'));
    expect(manifest).toMatchObject({ requiresAccessToken: false, error: [], deleted: [] });
    expect(manifest.request).toBe(`${record.server.baseUrl}fhir/R4/Group/${record.planted.get('grp')}/$export`);
    expect(await contents(manifest)).toEqual({
      Observation: ['o1', 'o2'],
      Organization: ['org', 'org2'],
      Patient: ['kim'],
      Practitioner: ['doc'],
    });
  });

  test('of all, or of the types in a patient compartment, has every resource of a type', async () => {
    const all = await finish(await begin('$export?_type=Observation,Organization,Binary,AuditEvent'));
    expect(await contents(all)).toEqual({
      Observation: ['o1', 'o2', 'o3', 'o4', 'o5', 'ogone'],
      Organization: ['org', 'org2'],
    });
    const later = await begin('Patient/$export?_type=Condition&_since=2099-01-01T00:00:00Z');
    expect((await finish(later)).output).toEqual([]);
  });

  test('of a Group stops at the first page of a patient with more than a thousand, and nobody is told', async () => {
    const patient = await record.medplum.createResource({ resourceType: 'Patient' });
    const basics = [...Array(1050).keys()].map(() => ({
      resourceType: 'Basic' as const,
      code: { text: 'x' },
      subject: { reference: `Patient/${patient.id}` },
    }));
    for (const at of [0, 350, 700])
      await record.medplum.executeBatch(bundleOf('transaction', basics.slice(at, at + 350)));
    const group = await record.medplum.createResource<Group>({
      resourceType: 'Group',
      type: 'person',
      actual: true,
      member: [{ entity: { reference: `Patient/${patient.id}` } }],
    });
    const files = await contents(await finish(await begin(`Group/${group.id}/$export`)));
    expect(Object.values(files).flat()).toHaveLength(1000);
  });

  test('of a Group without members never ends', async () => {
    const group = await record.medplum.createResource<Group>({ resourceType: 'Group', type: 'person', actual: true });
    const status = await begin(`Group/${group.id}/$export`);
    await record.medplum.createResource({ resourceType: 'Patient' });
    expect((await record.call('GET', status)).status).toBe(202);
  });

  test('is gone once it is cancelled', async () => {
    const status = await begin('Group/{grp}/$export');
    await finish(status);
    const answers = [
      await record.call('DELETE', status),
      await record.call('GET', status),
      await record.call('DELETE', status),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([202, 404, 202]);
    const job = await record.medplum.readResource('AsyncJob', status.split('/').pop() ?? '');
    expect((job as AsyncJob).status).toBe('cancelled');
  });

  test.each([
    ['GET', 'Group/x/$export', 404],
    ['POST', 'Group/{grp}/$export', 404],
    ['GET', 'Patient/{kim}/$export', 404],
    ['GET', 'bulkdata/export/x', 404],
  ])('%s %s is %i', async (method, path, status) => {
    expect((await record.call(method, record.at(path))).status).toBe(status);
  });

  test('is not for whoever may only read', async () => {
    const call = await record.within('user/*.rs');
    expect((await call('GET', record.at('Group/{grp}/$export'))).status).toBe(403);
  });
});
