import type { Bundle } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenRecord, openRecord } from '../../likeness/record/open-record.ts';
import { bundleOf, messageOf } from '../open-sandbox.ts';

let record: OpenRecord;
beforeAll(async () => {
  record = await openRecord();
});
afterAll(() => record.close());

const ask = (query: string) => record.call('GET', record.at(`Patient/{kim}/$everything${query}`));
const OWN = ['cond', 'enc', 'grp', 'imm', 'kim', 'mreq', 'o1', 'o2', 'prov', 'qr', 'rep', 'risk'];

describe('Patient/:id/$everything', () => {
  test.each([
    ['', ['+doc', '+med', '+org', '+org2', ...OWN]],
    ['?_type=Observation&_type=Encounter', ['+doc', '+org', '+org2', 'enc', 'kim', 'o1', 'o2']],
    ['?_since=2099-01-01T00:00:00Z', []],
    ['?start=2021-01-15', ['+doc', '+org', '+org2', 'cond', 'grp', 'kim', 'o2', 'prov', 'qr', 'rep', 'risk']],
    ['?end=2020-06-01', ['+doc', '+org', '+org2', 'cond', 'grp', 'imm', 'kim', 'prov', 'qr', 'rep', 'risk']],
    ['?start=x', ['+doc', '+med', '+org', '+org2', ...OWN]],
    ['?_count=0', []],
  ])('%s answers what the real server does', async (query, expected) => {
    expect(record.found(await ask(query))).toEqual(expected);
  });

  test.each([
    ['?_type=Observation', 'types.push is not a function'],
    ['?_type=Foo&_type=Bar', 'Unknown resource type'],
    ['?_since=x', 'Invalid date value: x'],
    ['?_count=x', "Invalid value 'x' provided for integer parameter '_count'"],
    ['?start=a&start=b', 'Expected 0..1 value(s) for input parameter start, but 2 provided'],
  ])('%s is refused as there', async (query, message) => {
    const answer = await ask(query);
    expect([answer.status, messageOf(answer)]).toEqual([400, message]);
  });

  test('pages by links that lead to plain searches of the compartment', async () => {
    const seen: string[] = [];
    let page = await ask('?_count=5');
    expect(record.found(page).filter((name) => !name.startsWith('+'))).toHaveLength(5);
    for (let next = nextOf(page.json); next; next = nextOf(page.json)) {
      seen.push(...record.found(page));
      page = await record.call('GET', new URL(next).pathname + new URL(next).search);
      expect(record.found(page).filter((name) => name.startsWith('+'))).toEqual([]);
    }
    seen.push(...record.found(page));
    expect(seen.filter((name) => !name.startsWith('+')).sort()).toEqual(OWN);
  });

  test('takes Parameters by POST', async () => {
    const body = { resourceType: 'Parameters', parameter: [{ name: '_type', valueCode: 'Encounter' }] };
    const answer = await record.call('POST', record.at('Patient/{kim}/$everything'), body);
    expect(record.found(answer)).toEqual(['+doc', '+org', '+org2', 'enc', 'kim']);
  });

  test.each([
    ['Patient/{gone}/$everything', 410],
    ['Patient/x/$everything', 404],
    ['Practitioner/{doc}/$everything', 404],
  ])('%s is %i', async (path, status) => {
    expect((await record.call('GET', record.at(path))).status).toBe(status);
  });

  test('answers inside a batch, as searches and GraphQL do', async () => {
    const entry = ['Patient/{lee}/$everything', 'Observation?patient.family=lee'].map((url) => ({
      request: { method: 'GET' as const, url: record.at(url) },
    }));
    const graphql = {
      request: { method: 'POST', url: '$graphql' },
      resource: { query: record.at('{ Patient(id: "{lee}") { gender } }') },
    };
    const bundle = { ...bundleOf('batch', [], entry), entry: [...entry, graphql] };
    const { json } = await record.call('POST', '', bundle);
    const [everything, search, data] = (json as Bundle).entry?.map(({ resource }) => resource) ?? [];
    expect([everything, search].map((each) => (each as Bundle).entry?.length)).toEqual([3, 2]);
    expect(data).toEqual({ data: { Patient: { gender: 'male' } } });
  });
});

function nextOf(bundle: unknown): string | undefined {
  return (bundle as Bundle).link?.find(({ relation }) => relation === 'next')?.url;
}
