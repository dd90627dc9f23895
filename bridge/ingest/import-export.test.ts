import type {
  Basic,
  Condition,
  Encounter,
  Observation,
  Organization,
  Patient,
  Practitioner,
  Provenance,
} from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateExport } from '../../sandbox/generator/generate-export.ts';
import {
  BRIDGE_CODE_SYSTEM,
  EHI_EXPORT_SYSTEM,
  ORG_CONNECTION_SYSTEM,
  REPAIRED_CODE,
  SOURCE_ACTIVE_EXTENSION,
  SOURCE_META_EXTENSION,
  SOURCE_REFERENCE_EXTENSION,
} from '../contract/identifiers.ts';
import type { ImportReport } from '../contract/import-report.ts';
import { DISPOSITIONS } from '../contract/import-task.ts';
import { findConnection } from '../medplum/find-connection.ts';
import { type ImportWorld, startImportWorld } from '../test/import-world.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());

const patient = (id: string, more: object = {}) => ({
  resourceType: 'Patient',
  id,
  name: [{ family: 'Doe' }],
  ...more,
});
const observation = (id: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'Pulse' },
  ...more,
});

/** Without a medication: what kind of thing it was cannot be said without inventing it. */
const UNREPAIRABLE = {
  resourceType: 'MedicationRequest',
  id: 'bad',
  status: 'active',
  intent: 'order',
  subject: { display: 'x' },
};

function settled(report: ImportReport): number {
  return DISPOSITIONS.reduce((sum, disposition) => sum + report[disposition], 0);
}

/** Types that can be searched: a document is found by what carries it. */
function storedTypes(report: ImportReport): string[] {
  return Object.keys(report.storedByType).filter((type) => type !== 'Binary');
}

/** Everything that a second run could have changed: each version of each resource of the namespace. */
async function versions(namespace: string, types: readonly string[]): Promise<string[]> {
  const all = await Promise.all(types.map((type) => world.stored(type as 'Basic', namespace)));
  return all.flat().map((resource) => `${resource.resourceType}/${resource.id}/${resource.meta?.versionId}`);
}

describe('a generated export', () => {
  const lines = [...generateExport({ seed: 7, resources: 1200 })];

  test('ends with every line in one disposition, and a second run writes nothing', async () => {
    const { report } = await world.load('whole', lines);
    expect(report.lines).toBe(lines.length);
    expect(settled(report)).toBe(lines.length);
    expect(report.created).toBeGreaterThan(1000);
    expect(report.problemsByCode).toEqual({});
    expect(report.storedByType.Binary).toBe(report.receivedByType.Binary);

    const types = [...storedTypes(report), 'Provenance', 'Basic'];
    const before = await versions('whole', types);
    let writes = 0;
    world.proxy.cut = (method, path, body) => {
      const isRead = method === 'GET' || path.includes('oauth2') || body.includes('"type":"batch"');
      // The probe for transactions is refused, and stores nothing.
      if (!isRead && body.includes('ifMatch')) writes++;
      if (!isRead && path.includes('/Binary')) writes++;
      return undefined;
    };
    const again = await world.load('whole', lines);
    world.proxy.cut = () => undefined;
    expect(writes).toBe(0);
    expect(again.report).toMatchObject({ created: 0, updated: 0, unchanged: report.created });
    expect(await versions('whole', types)).toEqual(before);
  });

  test('leaves no reference to an id that does not exist', async () => {
    const encounters = await world.stored<Encounter>('Encounter', 'whole');
    const ids = new Set(encounters.map((encounter) => `Encounter/${encounter.id}`));
    const observations = await world.stored<Observation>('Observation', 'whole');
    const texts = observations.flatMap((found) => found.encounter?.reference ?? []);
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.filter((text) => !ids.has(text))).toEqual([]);
  });

  test('every stored resource is the target of a Provenance, which names the Patient first', async () => {
    const [owner] = await world.stored<Patient>('Patient', 'whole');
    const all = await world.stored<Provenance>('Provenance', 'whole');
    const provenances = all.filter((provenance) => !provenance.meta?.source);
    const targets = provenances.flatMap((provenance) => provenance.target.map((target) => target.reference));
    const { report } = await world.load('whole', lines);
    const stored = await Promise.all(storedTypes(report).map((type) => world.stored(type as 'Basic', 'whole')));
    const loaded = stored.flat().filter(({ meta }) => meta?.source);
    expect(loaded.length).toBeGreaterThan(1000);
    const names = new Set(targets);
    expect(loaded.filter(({ resourceType, id }) => !names.has(`${resourceType}/${id}`))).toHaveLength(0);
    expect(provenances.every((provenance) => provenance.target[0]?.reference === `Patient/${owner?.id}`)).toBe(true);
  });
});

describe('meta', () => {
  test('says where a resource came from and keeps what the source said of itself', async () => {
    const meta = { versionId: '7', lastUpdated: '2024-01-02T03:04:05Z', source: '#abc', tag: [{ code: 'own' }] };
    await world.load('meta', [observation('a/b c+=', { meta })]);
    const [stored] = await world.stored<Observation>('Observation', 'meta');
    expect(stored?.meta?.source).toBe(`${ORG_CONNECTION_SYSTEM}/meta#Observation/a%2Fb%20c%2B%3D`);
    expect(stored?.meta?.tag).toEqual([
      { code: 'own' },
      { system: ORG_CONNECTION_SYSTEM, code: 'meta' },
      { system: EHI_EXPORT_SYSTEM, code: 'meta-export' },
    ]);
    const ours = stored?.meta?.extension?.find((extension) => extension.url === SOURCE_META_EXTENSION)?.extension;
    const kept = Object.fromEntries((ours ?? []).map((part) => [part.url, part.valueString]));
    expect(kept).toMatchObject({ source: '#abc', versionId: '7', lastUpdated: '2024-01-02T03:04:05Z' });
    expect(kept.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('an id of 3,000 characters is found again by its hash', async () => {
    const lines = [observation('x'.repeat(3000)), observation('x'.repeat(2999))];
    expect((await world.load('long-id', lines)).report.created).toBe(2);
    expect((await world.load('long-id', lines)).report.unchanged).toBe(2);
  });

  test('ids that differ only in half a character are two resources, and found again', async () => {
    const lines = [
      observation('a\ud800'),
      observation('a\ud801', { hasMember: [{ reference: 'Observation/a\ud800' }] }),
    ];
    expect((await world.load('halves', lines)).report).toMatchObject({ created: 2, duplicate: 0 });
    expect((await world.load('halves', lines)).report).toMatchObject({ unchanged: 2, updated: 0 });
  });
});

describe('references', () => {
  const targets = [patient('p'), { resourceType: 'Encounter', id: 'e', status: 'finished', class: { code: 'AMB' } }];
  const forms: [string, string][] = [
    ['relative', 'Encounter/e'],
    ['versioned', 'Encounter/e/_history/3'],
    ['absolute', 'https://ehr.example.test/fhir/R4/Encounter/e'],
  ];

  test.each(forms)('a %s reference points at the stored target', async (form, text) => {
    await world.load(`ref-${form}`, [...targets, observation('o', { encounter: { reference: text } })]);
    const [encounter] = await world.stored<Encounter>('Encounter', `ref-${form}`);
    const [stored] = await world.stored<Observation>('Observation', `ref-${form}`);
    expect(stored?.encounter?.reference).toBe(`Encounter/${encounter?.id}`);
  });

  test('a urn:uuid reference means the line with that UUID as its id', async () => {
    const uuid = '0C1B2F3A-1111-4222-8333-444455556666';
    await world.load('ref-urn', [
      patient(uuid),
      observation('o', { subject: { reference: `urn:uuid:${uuid.toLowerCase()}` } }),
    ]);
    const [owner] = await world.stored<Patient>('Patient', 'ref-urn');
    const [stored] = await world.stored<Observation>('Observation', 'ref-urn');
    expect(stored?.subject?.reference).toBe(`Patient/${owner?.id}`);
  });

  test('what is not in the export becomes a logical reference that keeps the text, and a later export heals it', async () => {
    const dangling = observation('o', { encounter: { reference: 'Encounter/e', display: 'Visit' } });
    await world.load('heal', [dangling]);
    const [before] = await world.stored<Observation>('Observation', 'heal');
    expect(before?.encounter).toEqual({
      display: 'Visit',
      type: 'Encounter',
      identifier: { system: `${ORG_CONNECTION_SYSTEM}/heal`, value: 'Encounter/e' },
      extension: [{ url: SOURCE_REFERENCE_EXTENSION, valueString: 'Encounter/e' }],
    });

    const { report } = await world.load('heal', [dangling, ...targets]);
    expect(report).toMatchObject({ created: 2, updated: 1 });
    const [after] = await world.stored<Observation>('Observation', 'heal');
    const [encounter] = await world.stored<Encounter>('Encounter', 'heal');
    expect(after?.encounter).toEqual({ display: 'Visit', reference: `Encounter/${encounter?.id}` });
    expect(after?.id).toBe(before?.id);
  });

  test('what an earlier export brought is found although this export lacks it', async () => {
    await world.load('partial', targets);
    await world.load('partial', [observation('late', { encounter: { reference: 'Encounter/e' } })]);
    const [encounter] = await world.stored<Encounter>('Encounter', 'partial');
    const [stored] = await world.stored<Observation>('Observation', 'partial');
    expect(stored?.encounter?.reference).toBe(`Encounter/${encounter?.id}`);
  });

  test('a conditional reference that nothing in the export answers is never sent as one', async () => {
    const performer = [{ reference: 'Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|9999' }];
    await world.load('conditional', [observation('o', { performer })]);
    const [stored] = await world.stored<Observation>('Observation', 'conditional');
    expect(stored?.performer?.[0]).toMatchObject({
      type: 'Practitioner',
      identifier: { system: 'http://hl7.org/fhir/sid/us-npi', value: '9999' },
    });
    expect(stored?.performer?.[0]?.reference).toBeUndefined();
  });

  test('a conditional reference points at what answers it in the export, a second run writes nothing', async () => {
    const identifier = [{ system: 'http://hl7.org/fhir/sid/us-npi', value: '9999' }];
    const performer = [{ reference: `Practitioner?identifier=${identifier[0]?.system}|9999`, display: 'Dr. Who' }];
    const practitioner = (id: string, more: object) => ({ resourceType: 'Practitioner', id, ...more });
    const asking = observation('o', { performer });
    const lines = [asking, practitioner('who', { identifier }), practitioner('not', {})];
    await world.load('answered', lines);
    const target = async () => {
      const [stored] = await world.stored<Observation>('Observation', 'answered');
      const one = stored?.performer?.[0];
      const found = await world.stored<Practitioner>('Practitioner', 'answered');
      return (
        found
          .find(({ id }) => one?.reference === `Practitioner/${id}`)
          ?.meta?.source?.split('/')
          .at(-1) ?? one
      );
    };
    expect(await target()).toBe('who');
    expect((await world.load('answered', lines)).report).toMatchObject({ unchanged: 3 });

    await world.load('answered', [asking, practitioner('who', {}), practitioner('not', { identifier })]);
    expect(await target()).toBe('not');
    await world.load('answered', [asking, practitioner('who', { identifier }), practitioner('not', { identifier })]);
    expect(await target()).toMatchObject({ identifier: identifier[0], type: 'Practitioner', display: 'Dr. Who' });
  });

  test("a conditional reference to the source's Patient means the app's", async () => {
    const app = await world.medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Doe' }] });
    const lines = [
      observation('o', { subject: { reference: 'Patient?identifier=urn:mrn|7' } }),
      patient('p', { identifier: [{ system: 'urn:mrn', value: '7' }] }),
    ];
    await world.load('asked-patient', lines, { patient: `Patient/${app.id}` });
    const [stored] = await world.stored<Observation>('Observation', 'asked-patient');
    expect(stored?.subject?.reference).toBe(`Patient/${app.id}`);
  });

  test('a circle of resources is stored whole, larger than one bundle too', async () => {
    const ring = Array.from({ length: 250 }, (_, n) =>
      observation(`o${n}`, { hasMember: [{ reference: `Observation/o${(n + 1) % 250}` }] }),
    );
    const { report } = await world.load('ring', ring);
    expect(report.created).toBe(250);
    const stored = await world.stored<Observation>('Observation', 'ring');
    const ids = new Set(stored.map((found) => `Observation/${found.id}`));
    expect(stored.filter((found) => ids.has(found.hasMember?.[0]?.reference ?? '')).length).toBe(250);
    expect((await world.load('ring', ring)).report).toMatchObject({ unchanged: 250, updated: 0 });
  });

  test('a reference to a line that cannot be loaded becomes logical', async () => {
    const broken = { resourceType: 'Encounter', id: 'e', status: 'in-progress', actualPeriod: { start: '2026-01-01' } };
    const { report } = await world.load('broken-target', [
      broken,
      observation('o', { encounter: { reference: 'Encounter/e' } }),
    ]);
    expect(report).toMatchObject({ created: 1, quarantined: 1, problemsByCode: { 'fhir-r5': 1 } });
    const [stored] = await world.stored<Observation>('Observation', 'broken-target');
    expect(stored?.encounter).toMatchObject({ identifier: { value: 'Encounter/e' } });
  });
});

describe('repeats and changes', () => {
  test('of a repeated key the newest line is stored, whatever its place', async () => {
    const at = (lastUpdated: string, text: string) => observation('o', { meta: { lastUpdated }, code: { text } });
    const lines = [
      at('2024-01-01T00:00:00Z', 'old'),
      at('2026-01-01T00:00:00Z', 'new'),
      at('2025-01-01T00:00:00Z', 'middle'),
    ];
    const { report } = await world.load('repeat', lines);
    expect(report).toMatchObject({ lines: 3, created: 1, duplicate: 2 });
    const [stored] = await world.stored<Observation>('Observation', 'repeat');
    expect(stored?.code.text).toBe('new');
  });

  test('one changed line is one update, under the same id', async () => {
    const lines = [observation('a'), observation('b')];
    await world.load('change', lines);
    const before = await world.stored<Observation>('Observation', 'change');
    const { report } = await world.load('change', [observation('a', { status: 'amended' }), observation('b')]);
    expect(report).toMatchObject({ updated: 1, unchanged: 1, created: 0 });
    const after = await world.stored<Observation>('Observation', 'change');
    expect(new Set(after.map(({ id }) => id))).toEqual(new Set(before.map(({ id }) => id)));
    expect(after.filter(({ status }) => status === 'amended').length).toBe(1);
  });

  test('a target that was expunged and came back is linked again', async () => {
    const lines = [patient('p'), observation('o', { subject: { reference: 'Patient/p' } })];
    await world.load('expunged', lines);
    const [gone] = await world.stored<Patient>('Patient', 'expunged');
    await world.medplum.deleteResource('Patient', gone?.id ?? '');
    const { report } = await world.load('expunged', lines);
    expect(report).toMatchObject({ created: 1, updated: 1 });
    const [back] = await world.stored<Patient>('Patient', 'expunged');
    const [stored] = await world.stored<Observation>('Observation', 'expunged');
    expect(stored?.subject?.reference).toBe(`Patient/${back?.id}`);
  });
});

describe('the Patient', () => {
  test("records are bound to the app's Patient, and the source's is kept beside it", async () => {
    const app = await world.medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Doe' }] });
    const lines = [
      patient('p', { active: true }),
      observation('o', { subject: { reference: 'Patient/p' } }),
      { resourceType: 'Organization', id: 'org', name: 'Clinic' },
    ];
    const result = await world.load('bound', lines, { patient: `Patient/${app.id}` });
    expect(result.patient).toBe(`Patient/${app.id}`);
    const [stored] = await world.stored<Observation>('Observation', 'bound');
    expect(stored?.subject?.reference).toBe(`Patient/${app.id}`);
    const [source] = await world.stored<Patient>('Patient', 'bound');
    expect(source).toMatchObject({
      active: false,
      extension: [{ url: SOURCE_ACTIVE_EXTENSION, valueBoolean: true }],
      link: [{ type: 'replaced-by', other: { reference: `Patient/${app.id}` } }],
    });
    const [organization] = await world.stored<Organization>('Organization', 'bound');
    expect(organization?.meta?.accounts).toEqual([{ reference: `Patient/${app.id}` }]);
    expect(stored?.meta?.accounts ?? []).toEqual([]);
  });

  test("the export's one Patient becomes the app's, and what does not name it carries it as account", async () => {
    const lines = [
      { resourceType: 'Organization', id: 'org', name: 'Clinic' },
      { resourceType: 'Medication', id: 'm' },
      patient('p', { managingOrganization: { reference: 'Organization/org' } }),
    ];
    const { patient: bound } = await world.load('own', lines);
    const [owner] = await world.stored<Patient>('Patient', 'own');
    expect(bound).toBe(`Patient/${owner?.id}`);
    const organizations = await world.stored<Organization>('Organization', 'own');
    expect(organizations[0]?.meta?.accounts).toEqual([{ reference: bound }]);
  });

  test('a file of several patients binds to none of them', async () => {
    const lines = [patient('p'), patient('q'), observation('o', { subject: { reference: 'Patient/q' } })];
    const result = await world.load('several', lines);
    expect(result.patient).toBeUndefined();
    expect(result.report.created).toBe(3);
  });
});

describe('what cannot be loaded', () => {
  test('is counted and named line by line', async () => {
    const lines = [
      '{"resourceType":"Observation"',
      '[1,2]',
      { resourceType: 'Observation', status: 'final', code: { text: 'no id' } },
      { resourceType: 'NutritionProduct', id: 'r5' },
      UNREPAIRABLE,
      observation('huge', { note: [{ text: 'x'.repeat(950_000) }] }),
      observation('good'),
    ];
    world.server.switches.maxAsyncBatchBytes = 900_000;
    const { report } = await world.load('bad', lines);
    world.server.switches.maxAsyncBatchBytes = 50 << 20;
    expect(report).toMatchObject({ lines: 7, created: 1, quarantined: 6 });
    expect(report.problems.map(({ line, code }) => [line, code])).toEqual([
      [1, 'not-json'],
      [2, 'not-a-resource'],
      [3, 'no-id'],
      [4, 'unknown-resource-type'],
      [5, 'invalid-resource'],
      [6, 'too-large'],
    ]);
    expect(report.problems[4]?.expression).toEqual(['MedicationRequest.medication[x]']);
  });

  test('what would act in the server is skipped by policy, and nothing of it is stored', async () => {
    const channel = { type: 'rest-hook', endpoint: 'https://collector.example.test/' };
    const lines = [
      { resourceType: 'Subscription', id: 's', status: 'active', reason: 'x', criteria: 'Observation', channel },
      { resourceType: 'Bot', id: 'b', name: 'x' },
      observation('o', { focus: [{ reference: 'Subscription/s' }] }),
    ];
    const { report } = await world.load('acting', lines);
    expect(report).toMatchObject({ created: 1, skipped: 2, problemsByCode: { 'acts-in-server': 2 } });
    expect(await world.stored('Subscription', 'acting')).toHaveLength(0);
    const [stored] = await world.stored<Observation>('Observation', 'acting');
    expect(stored?.focus?.[0]).toMatchObject({ identifier: { value: 'Subscription/s' } });
  });

  test("another bridge's books are no part of the record: nothing finds them as ours", async () => {
    const [system, value] = [ORG_CONNECTION_SYSTEM, 'a-connection-of-somebody'];
    const lines = [
      {
        resourceType: 'Consent',
        id: 'c',
        status: 'active',
        scope: { text: 'x' },
        category: [{ text: 'x' }],
        policyRule: { text: 'x' },
        identifier: [{ system, value }],
        patient: { reference: 'Patient/p' },
      },
      observation('o'),
    ];
    const { report } = await world.load('books', lines);
    expect(report).toMatchObject({ created: 1, skipped: 1, problemsByCode: { 'acts-in-server': 1 } });
    expect(await findConnection(world.medplum, value)).toBeUndefined();
  });

  test('what only its form keeps out is repaired, tagged and counted by rule, and unchanged the next time', async () => {
    const line = observation('o', { issued: 'yesterday', category: { text: 'vital' }, note: [{ text: '' }] });
    const { report } = await world.load('repaired', [line]);
    expect(report).toMatchObject({ created: 1, quarantined: 0 });
    expect(Object.keys(report.repairsByRule)).toEqual(expect.arrayContaining(['single-value-wrapped']));
    const [stored] = await world.stored<Observation>('Observation', 'repaired');
    expect(stored?.category).toEqual([{ text: 'vital' }]);
    expect(stored?.meta?.tag).toContainEqual({ system: BRIDGE_CODE_SYSTEM, code: REPAIRED_CODE });
    expect(JSON.stringify(stored)).toContain('yesterday');
    expect((await world.load('repaired', [line])).report).toMatchObject({ unchanged: 1, updated: 0 });
  });

  test('a line that only the server refuses is found by bisecting; the others are stored', async () => {
    const lines = Array.from({ length: 60 }, (_, n) => observation(`o${n}`));
    const refused = observation('refused', { note: [{ text: 'fine' }] });
    world.server.switches.maxJsonBytes = 40_000;
    const large = { ...refused, note: [{ text: 'y'.repeat(45_000) }] };
    const { report } = await world.load('bisect', [...lines, large]);
    world.server.switches.maxJsonBytes = 1_048_576;
    expect(report).toMatchObject({ created: 60, quarantined: 1, problemsByCode: { 'refused-by-server': 1 } });
  });

  test('one of a circle that the server refuses does not take the others with it', async () => {
    const visit = { resourceType: 'Encounter', status: 'finished', class: { code: 'AMB' } };
    const encounter = { reference: 'Encounter/e' };
    const lines = [
      // FHIR allows a leap second, the server's dates do not.
      observation('leap', { effectiveDateTime: '2016-12-31T23:59:60Z', encounter }),
      { resourceType: 'Condition', id: 'k', subject: { display: 'x' }, encounter },
      {
        ...visit,
        id: 'e',
        diagnosis: [{ condition: { reference: 'Condition/k' } }],
        reasonReference: [{ reference: 'Observation/leap' }],
      },
    ];
    const { report } = await world.load('circle-refused', lines);
    expect(report).toMatchObject({ created: 2, quarantined: 1, problemsByCode: { 'refused-by-server': 1 } });
    const [stored] = await world.stored<Encounter & { id: string }>('Encounter', 'circle-refused');
    const [condition] = await world.stored<Condition & { id: string }>('Condition', 'circle-refused');
    expect(condition?.encounter?.reference).toBe(`Encounter/${stored?.id}`);
    expect(stored?.diagnosis?.[0]?.condition.reference).toBe(`Condition/${condition?.id}`);
    expect(stored?.reasonReference?.[0]).toMatchObject({ identifier: { value: 'Observation/leap' } });
    const again = await world.load('circle-refused', lines);
    expect(again.report).toMatchObject({ created: 0, updated: 0, unchanged: 2, quarantined: 1 });
  });

  test.each([
    ['a CSV file', ['name,born', 'Doe,1970', 'Roe,1980'], 'not-jsonl'],
    ['an empty file', [], 'empty-export'],
  ])('%s is refused before anything is written', async (_, lines, code) => {
    await expect(world.load('no-export', lines)).rejects.toMatchObject({ code });
    expect(await world.stored<Basic>('Basic', 'no-export')).toHaveLength(0);
  });
});
