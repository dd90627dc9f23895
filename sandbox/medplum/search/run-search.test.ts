import type { Bundle, Observation, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleOf, messageOf, type OpenSandbox, openSandbox } from '../open-sandbox.ts';

const SOURCE = 'https://api.connect.fastenhealth.com/v1/bridge/org_connection/ns#Observation/';

let sandbox: OpenSandbox;
let patient: Patient & { id: string };

beforeAll(async () => {
  sandbox = await openSandbox();
  patient = await sandbox.medplum.createResource<Patient>({
    resourceType: 'Patient',
    name: [{ family: 'Nguyen', given: ['Alexandra'] }],
    birthDate: '1980-05-17',
    identifier: [{ system: 'urn:mrn', value: 'M-1' }],
    telecom: [{ system: 'email', value: 'A@Example.com' }],
  });
  await sandbox.medplum.executeBatch(bundleOf('transaction', [...Array(45).keys()].map(observation)));
});
afterAll(() => sandbox.close());

function observation(i: number): Observation {
  return {
    resourceType: 'Observation',
    status: i % 2 ? 'final' : 'amended',
    subject: { reference: `Patient/${patient.id}` },
    code: {
      text: 'Pulse',
      coding: [{ system: 'http://loinc.org', code: i < 30 ? '8867-4' : '8310-5', display: 'Heart rate' }],
    },
    effectiveDateTime: `2020-01-${String((i % 28) + 1).padStart(2, '0')}T10:00:00Z`,
    valueQuantity: { value: i, unit: 'bpm' },
    performer: [{ identifier: { system: 'urn:staff', value: `S-${i}` }, display: 'Somebody' }],
    meta: { source: `${SOURCE}${i}`, tag: [{ system: 'urn:tag', code: i < 10 ? 'first' : 'rest' }] },
  };
}

const count = async (query: string, type = 'Observation') => {
  const answer = await sandbox.call('GET', `${type}?_summary=count&${query}`);
  expect(answer.status, answer.text).toBe(200);
  return (answer.json as Bundle).total;
};

describe('parameters', () => {
  test.each([
    ['code=8867-4', 30],
    ['code=http://loinc.org|8867-4', 30],
    ['code=http://loinc.org|', 45],
    ['code=|8867-4', 0],
    ['code=8867-4,8310-5', 45],
    ['code:not=8867-4', 15],
    ['code:text=heart', 45],
    ['code:text=lung', 0],
    ['status=final', 22],
    ['status=final&code=8310-5', 7],
    ['_tag=urn:tag|first', 10],
    ['_tag:not=urn:tag|first', 35],
    ['date=gt2020-01-20', 9],
    ['date=ge2020-01-28T10:00:00Z', 1],
    ['date=ge2020-01-20&date=lt2020-01-22', 2],
    ['date=ge2020-01-01&code=8867-4&date=lt2020-01-04', 5],
    ['date=ge2020-01-22&date=lt2020-01-20', 0],
    ['date=ge2020-01-20&date=lt2020-01-22&_lastUpdated=gt2020-01-01', 2],
    ['date=le2020-01-01', 0],
    ['value-quantity=40', 1],
    ['value-quantity=ge40', 5],
    ['value-quantity=lt10&value-quantity=gt7', 2],
    ['performer:identifier=urn:staff|S-3', 1],
    ['performer:missing=true', 0],
    ['encounter:missing=true', 45],
    ['_filter=status eq final and code eq 8310-5', 7],
  ])('Observation?%s finds %i', async (query, expected) => {
    expect(await count(query)).toBe(expected);
  });

  test.each([
    ['name=nguyen', 1],
    ['name=alexandra', 1],
    ['name=ngu', 1],
    ['name:contains=exan', 1],
    ['family:exact=nguyen', 0],
    ['family:exact=Nguyen', 1],
    ['birthdate=1980-05-17', 1],
    ['birthdate=lt1980-05-17', 1],
    ['identifier=urn:mrn|M-1', 1],
    ['identifier=M-1', 1],
    ['email=a@example.com', 1],
    ['deceased=true', 0],
    ['general-practitioner=Practitioner/x', 0],
  ])('Patient?%s finds %i', async (query, expected) => {
    expect(await count(query, 'Patient')).toBe(expected);
  });

  test('a reference is found with its type and, for a patient, without', async () => {
    expect(await count(`subject=Patient/${patient.id}`)).toBe(45);
    expect(await count(`patient=${patient.id}`)).toBe(45);
    expect(await count(`subject=Patient/${crypto.randomUUID()}`)).toBe(0);
    expect(await count(`_compartment=Patient/${patient.id}`)).toBe(45);
  });

  test('_id takes a list, and ignores what is no id', async () => {
    expect(await count(`_id=${patient.id},eXYZ,${crypto.randomUUID()}`, 'Patient')).toBe(1);
  });

  test('a uri is found exactly', async () => {
    await sandbox.medplum.createResource({ resourceType: 'ValueSet', status: 'active', url: 'http://example.com/vs' });
    expect(await count('url=http://example.com/vs', 'ValueSet')).toBe(1);
    expect(await count('url=http://example.com/', 'ValueSet')).toBe(0);
  });

  test('_lastUpdated compares instants', async () => {
    expect(await count('_lastUpdated=gt2020-01-01T00:00:00Z')).toBe(45);
    expect(await count('_lastUpdated=lt2020-01-01')).toBe(0);
  });

  test.each([
    ['Observation?foo=bar', 'Unknown search parameter: foo'],
    ['Observation?_sort=foo', 'Unknown search parameter: foo'],
    ['Observation?_offset=10001', 'Search offset exceeds maximum (got 10001, max 10000)'],
    ['Binary?_source=x', 'Cannot search on Binary resource type'],
    ['Observation?_lastUpdated=2020', 'Invalid date value: 2020'],
  ])('%s is 400', async (url, message) => {
    const answer = await sandbox.call('GET', url);
    expect([answer.status, messageOf(answer)]).toEqual([400, message]);
  });
});

describe('_source', () => {
  const lookUp = async (sources: string[]) => {
    const query = `_fields=meta&_count=1000&_source=${encodeURIComponent(sources.join(','))}`;
    return sandbox.medplum.searchResources('Observation', query);
  };

  test('takes a list of exact values', async () => {
    expect(await lookUp([`${SOURCE}1`, `${SOURCE}2`, `${SOURCE}none`])).toHaveLength(2);
    expect(await count(`_source:below=${encodeURIComponent(SOURCE)}`)).toBe(0);
    expect(await count(`_source:contains=Observation`)).toBe(0);
  });

  test('needs a backslash before comma, bar, dollar and backslash, and before nothing else', async () => {
    const odd = `${SOURCE}a,b|c$d\\e#f%20g+h=i`;
    await sandbox.medplum.createResource({ ...observation(1), meta: { source: odd } });
    expect(await lookUp([odd.replace(/[,|$\\]/g, (c) => `\\${c}`)])).toHaveLength(1);
    expect(await lookUp([odd])).toHaveLength(0);
    await sandbox.medplum.deleteResource(
      'Observation',
      (await lookUp([odd.replace(/[,|$\\]/g, (c) => `\\${c}`)]))[0]?.id ?? '',
    );
  });

  test('finds 2,611 characters and never 3,111', async () => {
    for (const [length, found] of [
      [2611, 1],
      [3111, 0],
    ] as const) {
      const source = SOURCE.padEnd(length, 'x');
      const { id, meta } = await sandbox.medplum.createResource({ ...observation(1), meta: { source } });
      expect(meta?.source).toBe(source);
      expect(await lookUp([source])).toHaveLength(found);
      await sandbox.medplum.deleteResource('Observation', id);
    }
  });

  test('a batch of GETs looks up a thousand at once', async () => {
    const sources = [...Array(1000).keys()].map((i) => `${SOURCE}${i}`);
    const entry = [0, 250, 500, 750].map((at) => {
      const values = encodeURIComponent(sources.slice(at, at + 250).join(','));
      return { request: { method: 'GET' as const, url: `Observation?_fields=meta&_count=1000&_source=${values}` } };
    });
    const reply = await sandbox.medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
    const found = (reply.entry ?? []).flatMap((e) => (e.resource as Bundle | undefined)?.entry ?? []);
    expect(found).toHaveLength(45);
  });
});

describe('pages', () => {
  test('20 by default, 1,000 at most', async () => {
    const page = (await sandbox.call('GET', 'Observation')).json as Bundle;
    expect(page.entry).toHaveLength(20);
    const large = (await sandbox.call('GET', 'Observation?_count=5000')).json as Bundle;
    expect(large.link?.[0]?.url).toContain('_count=1000');
  });

  test('the links lead through everything once', async () => {
    for (const query of ['Observation?_count=20', 'Observation?_count=20&_sort=_lastUpdated']) {
      const seen: (string | undefined)[] = [];
      for await (const page of sandbox.medplum.searchResourcePages('Observation', query.split('?')[1])) {
        seen.push(...page.map((resource) => resource.id));
      }
      expect(new Set(seen).size).toBe(45);
      expect(seen).toHaveLength(45);
    }
  });

  test('_sort orders by any parameter, up and down', async () => {
    const values = async (sort: string) => {
      const found = await sandbox.medplum.searchResources('Observation', `_sort=${sort}&_count=3`);
      return found.map((o) => o.valueQuantity?.value);
    };
    expect(await values('value-quantity')).toEqual([0, 1, 2]);
    expect(await values('-value-quantity')).toEqual([44, 43, 42]);
    expect((await values('-date'))[0]).toBe(27);
  });

  test('_total and _summary=count tell how many there are', async () => {
    const total = (await sandbox.call('GET', 'Observation?_total=accurate&_count=1')).json as Bundle;
    expect([total.total, total.entry?.length]).toEqual([45, 1]);
    const summary = (await sandbox.call('GET', 'Observation?_summary=count')).json as Bundle;
    expect([summary.total, summary.entry]).toEqual([45, undefined]);
  });

  test('_fields=meta gives id, meta and what is mandatory, with the tag SUBSETTED', async () => {
    const [found] = await sandbox.medplum.searchResources('Observation', '_fields=meta&_count=1');
    expect(found?.meta?.tag?.map((t) => t.code)).toContain('SUBSETTED');
    expect(found?.meta?.source).toContain(SOURCE);
    expect(found).not.toHaveProperty('valueQuantity');
    const stored = await sandbox.medplum.readResource('Observation', found?.id ?? '');
    expect(stored.meta?.tag?.map((t) => t.code)).not.toContain('SUBSETTED');
  });

  test('_include and _revinclude add what is linked', async () => {
    const [entry] = [
      ((await sandbox.call('GET', 'Observation?_count=2&_include=Observation:subject')).json as Bundle).entry,
    ];
    expect(entry?.map((e) => e.search?.mode)).toEqual(['match', 'match', 'include']);
    const reverse = (await sandbox.call('GET', `Patient?_id=${patient.id}&_revinclude=Observation:subject`))
      .json as Bundle;
    expect(reverse.entry).toHaveLength(46);
  });
});

describe('POST _search', () => {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

  test('searches by a form', async () => {
    const answer = await sandbox.call('POST', 'Observation/_search', 'code=8310-5&_total=accurate', form);
    expect((answer.json as Bundle).total).toBe(15);
  });

  test('a form over about 100 KB is refused', async () => {
    const body = `_source=${'x'.repeat(110_000)}`;
    const answer = await sandbox.call('POST', 'Observation/_search', body, form);
    expect([answer.status, messageOf(answer)]).toEqual([400, 'File too large']);
  });

  test('a GET line that is too long is 431', async () => {
    expect((await sandbox.call('GET', `Observation?_source=${'x'.repeat(20_000)}`)).status).toBe(431);
  });
});
