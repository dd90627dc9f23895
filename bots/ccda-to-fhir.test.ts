import {
  BRIDGE_CODE_SYSTEM,
  CCDA_CONVERSION_CODE,
  ORG_CONNECTION_SYSTEM,
} from '@fasten-medplum/bridge/contract/identifiers';
import type { BotEvent, WithId } from '@medplum/core';
import type { Bundle, DocumentReference, Patient, Resource, ResourceType, Task } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { beforeEach, expect, test } from 'vitest';
import { handler } from './ccda-to-fhir.ts';
import { CCD, CCD_FACTS, CCD_PERSON, outputsOf, recordOf } from './test/ccd.ts';

const summary = { coding: [{ system: 'http://loinc.org', code: '34133-9' }] };

let medplum: MockClient;
let patient: WithId<Patient>;

beforeEach(async () => {
  medplum = new MockClient();
  patient = await medplum.createResource<Patient>({ resourceType: 'Patient', ...CCD_PERSON });
});

const subject = () => ({ reference: `Patient/${patient.id}` });

/** A stored DocumentReference that holds this text. */
function store(text: string, changes: Partial<DocumentReference> = {}, contentType = 'application/xml') {
  const data = Buffer.from(text).toString('base64');
  return medplum.createResource<DocumentReference>({
    resourceType: 'DocumentReference',
    status: 'current',
    subject: subject(),
    content: [{ attachment: { contentType, data } }],
    ...changes,
  });
}

function run(input: Resource): Promise<Task | undefined> {
  const event: BotEvent<Resource> = {
    bot: { reference: 'Bot/1' },
    contentType: 'application/fhir+json',
    input,
    secrets: {},
  };
  return handler(medplum, event);
}

async function provenancesOf(document: Resource) {
  return medplum.searchResources('Provenance', { entity: `DocumentReference/${document.id}` }, { cache: 'reload' });
}

test('a document is converted, its Provenance names all that was made of it, and a Task says what', async () => {
  const tag = [{ system: ORG_CONNECTION_SYSTEM, code: 'connection-1' }];
  const document = await store(CCD, { meta: { tag } });
  const task = await run(document);
  const made = await recordOf(medplum, patient);
  expect(made).toHaveLength(CCD_FACTS);
  expect(task).toMatchObject({
    status: 'completed',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: CCDA_CONVERSION_CODE }] },
    focus: { reference: `DocumentReference/${document.id}` },
    for: subject(),
  });
  expect(outputsOf(task)).toEqual({
    converted: CCD_FACTS,
    'already-here': 0,
    'says-none 10160-0': 1,
    'planned 18776-5': 1,
    'not-supported 10157-6': 1,
  });
  expect(JSON.stringify(task)).not.toMatch(/Elena|Marsh|4471|lisinopril/i);
  const provenances = await provenancesOf(document);
  const targets = provenances.flatMap(({ target }) => target.map(({ reference }) => reference));
  const references = made.map(({ resourceType, id }) => `${resourceType}/${id}`);
  expect(targets.toSorted()).toEqual([...references, `Task/${task?.id}`].toSorted());
  expect([...provenances]).toMatchObject([{ agent: [{ who: { reference: 'Bot/1' } }] }, {}]);
  for (const { meta } of made) expect(meta?.tag).toEqual(tag);
});

test('a panel and an encounter refer to what is stored', async () => {
  await run(await store(CCD));
  const made = await recordOf(medplum, patient);
  const ids = made.map(({ resourceType, id }) => `${resourceType}/${id}`);
  const members = made.flatMap((one) => (one.resourceType === 'Observation' ? (one.hasMember ?? []) : []));
  const diagnoses = made.flatMap((one) => (one.resourceType === 'Encounter' ? (one.diagnosis ?? []) : []));
  const references = [...members, ...diagnoses.map(({ condition }) => condition)].map(({ reference }) => reference);
  expect(references).toHaveLength(5);
  expect(ids).toEqual(expect.arrayContaining(references));
});

test('the same again, without the report or by another document with other ids, doubles nothing', async () => {
  const document = await store(CCD);
  const first = await run(document);
  expect(await run({ ...document, description: 'touched' })).toEqual(first);
  await medplum.deleteResource('Task', first?.id ?? '');
  expect(outputsOf(await run(document))).toMatchObject({ converted: CCD_FACTS, 'already-here': 0 });
  const other = await store(CCD.replaceAll('0b6f4a1c', '1c6f4a1c'));
  expect(outputsOf(await run(other))).toMatchObject({ converted: CCD_FACTS });
  expect(await recordOf(medplum, patient)).toHaveLength(CCD_FACTS);
  // Both documents say it: each has a Provenance that names all of it.
  const [targets = []] = (await provenancesOf(other)).map(({ target }) => target);
  expect(targets).toHaveLength(CCD_FACTS);
});

test('a run that was cut off anywhere is completed by the next, which names all of it', async () => {
  for (let writes = 0; writes < 6; writes++) {
    await Promise.all(
      (await recordOf(medplum, patient)).map(({ resourceType, id }) =>
        medplum.deleteResource(resourceType as ResourceType, id ?? ''),
      ),
    );
    const document = await store(CCD);
    let left = writes;
    const { executeBatch, createResource } = medplum;
    medplum.executeBatch = async (bundle, options) => {
      if (bundle.entry?.[0]?.request?.method === 'POST' && left-- <= 0) throw new Error('cut');
      return executeBatch.call(medplum, bundle, options);
    };
    medplum.createResource = async (resource, options) => {
      if (resource.resourceType === 'Provenance' && left-- <= 0) throw new Error('cut');
      return Reflect.apply(createResource, medplum, [resource, options]) as never;
    };
    await run(document).catch(() => undefined);
    Object.assign(medplum, { executeBatch, createResource });
    await run(document);
    const made = await recordOf(medplum, patient);
    expect(made, `cut at write ${writes}`).toHaveLength(CCD_FACTS);
    const targets = (await provenancesOf(document)).flatMap(({ target }) => target.map(({ reference }) => reference));
    expect(targets).toEqual(expect.arrayContaining(made.map(({ resourceType, id }) => `${resourceType}/${id}`)));
  }
});

/** Answers the creates of the next batches so, and does none of them. */
function answer(status: string, isMeant: (type: string) => boolean, times: number): void {
  const { executeBatch } = medplum;
  let left = times;
  medplum.executeBatch = async (bundle, options) => {
    const all = bundle.entry ?? [];
    if (all[0]?.request?.method !== 'POST' || left-- <= 0) return executeBatch.call(medplum, bundle, options);
    const spared = all.filter(({ resource }) => !isMeant(resource?.resourceType ?? ''));
    const done =
      spared.length > 0 ? await executeBatch.call(medplum, { ...bundle, entry: spared }, options) : { entry: [] };
    const entry = all.map((each) => done.entry?.[spared.indexOf(each)] ?? { response: { status } });
    return { resourceType: 'Bundle', type: 'batch-response', entry };
  };
}

test('two documents that say the same and are converted at the same time make it once', async () => {
  const { executeBatch } = medplum;
  const bothHaveLooked = Promise.withResolvers<void>();
  let waiting = 2;
  medplum.executeBatch = async (bundle, options) => {
    if (bundle.entry?.[0]?.request?.method === 'POST' && --waiting <= 0) bothHaveLooked.resolve();
    if (bundle.entry?.[0]?.request?.method === 'POST') await bothHaveLooked.promise;
    return executeBatch.call(medplum, bundle, options);
  };
  const documents = [await store(CCD), await store(`${CCD}\n`)];
  const reports = await Promise.all(documents.map(run));
  expect(reports.map(outputsOf)).toMatchObject([{ converted: CCD_FACTS }, { converted: CCD_FACTS }]);
  expect(await recordOf(medplum, patient)).toHaveLength(CCD_FACTS);
});

test('creates that are in the way of another run’s are tried again', async () => {
  answer('409', (type) => type !== 'Goal', 2);
  expect(outputsOf(await run(await store(CCD)))).toMatchObject({ converted: CCD_FACTS });
  expect(await recordOf(medplum, patient)).toHaveLength(CCD_FACTS);
});

test('a fact that the server refuses stops no other, is asked about, and nothing refers to it', async () => {
  answer('400', (type) => type === 'Condition', 1);
  const task = await run(await store(CCD));
  expect(task).toMatchObject({ status: 'requested', code: { text: 'Read a document that was not fully converted' } });
  expect(outputsOf(task)).toMatchObject({ converted: CCD_FACTS - 3, 'refused 11450-4': 2, 'refused 46240-8': 1 });
  const [encounter] = await medplum.searchResources('Encounter', { subject: subject().reference }, { cache: 'reload' });
  expect(encounter?.diagnosis).toBeUndefined();
});

test('a server that has no time fails the run, and leaves no report', async () => {
  answer('429', () => true, 1);
  const document = await store(CCD);
  await expect(run(document)).rejects.toThrow('status 429');
  expect(
    await medplum.searchResources('Task', { focus: `DocumentReference/${document.id}` }, { cache: 'reload' }),
  ).toHaveLength(0);
  expect(outputsOf(await run(document))).toMatchObject({ converted: CCD_FACTS });
});

test('a measurement that is there by its year alone is the same; more than can be read fails before anything is doubled', async () => {
  const resource = await medplum.createResource({
    resourceType: 'Observation',
    status: 'final',
    subject: subject(),
    code: { coding: [{ system: 'http://loinc.org', code: '718-7' }] },
    effectiveDateTime: '2024',
    valueQuantity: { value: 11.2, unit: 'g/dL', code: 'g/dL' },
  });
  const document = await store(CCD);
  const { executeBatch } = medplum;
  const asked: string[] = [];
  medplum.executeBatch = async (bundle, options) => {
    const urls = bundle.entry?.map(({ request }) => request?.url ?? '') ?? [];
    if (!urls.some((url) => url.startsWith('Observation?'))) return executeBatch.call(medplum, bundle, options);
    asked.push(...urls);
    const full: Bundle = { resourceType: 'Bundle', type: 'searchset', entry: Array(1000).fill({ resource }) };
    return { resourceType: 'Bundle', type: 'batch-response', entry: urls.map(() => ({ resource: full })) };
  };
  await expect(run(document)).rejects.toThrow('more than 10000 resources');
  expect(asked.filter((url) => /718-7/.test(url) && !/&date=ge2023-12-30&date=le/.test(url))).toEqual([]);
  medplum.executeBatch = executeBatch;
  expect(outputsOf(await run(document))).toMatchObject({ converted: CCD_FACTS - 1, 'already-here': 1 });
});

test('what the record has already is left as it is, and what is new refers to it', async () => {
  const loinc = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] });
  const snomed = (code: string) => ({ coding: [{ system: 'http://snomed.info/sct', code }] });
  const here = [
    await medplum.createResource({ resourceType: 'Condition', subject: subject(), code: snomed('38341003') }),
    // A day where the document says the minute.
    await medplum.createResource({
      resourceType: 'Observation',
      status: 'final',
      subject: subject(),
      code: loinc('718-7'),
      effectiveDateTime: '2024-05-03',
      valueQuantity: { value: 11.2, unit: 'g/dL', code: 'g/dL' },
    }),
    // Two values in one Observation.
    await medplum.createResource({
      resourceType: 'Observation',
      status: 'final',
      subject: subject(),
      code: loinc('85354-9'),
      effectiveDateTime: '2024-05-06T09:31:00-04:00',
      component: [
        { code: loinc('8480-6'), valueQuantity: { value: 138, unit: 'mm[Hg]' } },
        { code: loinc('8462-4'), valueQuantity: { value: 86, unit: 'mm[Hg]' } },
      ],
    }),
    // A statement where the document makes a request, with the drug in a resource of its own.
    await medplum.createResource({
      resourceType: 'MedicationStatement',
      status: 'active',
      subject: subject(),
      contained: [
        {
          resourceType: 'Medication',
          id: 'm',
          code: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '314076' }] },
        },
      ],
      medicationReference: { reference: '#m' },
      effectivePeriod: { start: '2015-04-02' },
    }),
  ];
  const task = await run(await store(CCD));
  // The vital signs' panel around the two values is not drawn once more.
  expect(outputsOf(task)).toMatchObject({ converted: CCD_FACTS - 6, 'already-here': 6 });
  const made = await recordOf(medplum, patient);
  const panel = made.find((one) => one.resourceType === 'Observation' && one.code.coding?.[0]?.code === '58410-2');
  expect(panel).toMatchObject({ hasMember: expect.arrayContaining([{ reference: `Observation/${here[1]?.id}` }]) });
  for (const one of here) {
    const now = await medplum.readResource(one.resourceType as 'Condition', one.id, { cache: 'reload' });
    expect(now.meta?.versionId).toBe((one as Resource).meta?.versionId);
  }
});

test.each<[string, object]>([
  ['another value', { valueQuantity: { value: 11.3, unit: 'g/dL', code: 'g/dL' } }],
  ['another unit', { valueQuantity: { value: 11.2, unit: 'mmol/L', code: 'mmol/L' } }],
  ['another day', { effectiveDateTime: '2024-05-04' }],
  ['another minute', { effectiveDateTime: '2024-05-03T11:21:00-04:00' }],
  ['an error that was withdrawn', { status: 'entered-in-error' }],
  ['another patient', { subject: { reference: 'Patient/123' } }],
])('a result of %s is another result', async (_, changes) => {
  await medplum.createResource({
    resourceType: 'Observation',
    status: 'final',
    subject: subject(),
    code: { coding: [{ system: 'http://loinc.org', code: '718-7' }] },
    effectiveDateTime: '2024-05-03T15:20:00Z',
    valueQuantity: { value: 11.2, unit: 'g/dL', code: 'g/dL' },
    ...changes,
  });
  expect(outputsOf(await run(await store(CCD)))).toMatchObject({ converted: CCD_FACTS, 'already-here': 0 });
});

test.each<[string, () => Promise<DocumentReference>, string]>([
  ['another person’s', () => store(CCD.replace('19680412', '19680413')), 'other-person'],
  ['nobody’s', () => store(CCD.replace(/<patient>[\s\S]*<\/patient>/, '')), 'nobody-named'],
  ['called a summary, and is none', () => store('<x/>', { type: summary }), 'no-clinical-document'],
  ['not bound to a patient', () => store(CCD, { subject: undefined as never }), 'no-patient'],
  ['cut off', () => store(CCD.slice(0, 9_000)), 'xml-not-well-formed'],
  ['larger than a document may be', () => store(`${CCD}${' '.repeat(12_000_000)}`), 'xml-too-large'],
  [
    'a billion laughs',
    () => store(`<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${CCD.slice(38).replace('Marsh', '&b;')}`),
    'xml-doctype',
  ],
])('a document that is %s stays as it is, and somebody is asked to read it', async (_, make, fault) => {
  const document = await make();
  const task = await run(document);
  expect(task).toMatchObject({ status: 'requested', statusReason: { coding: [{ code: fault }] } });
  expect(task?.description).toMatch(/^Nothing of this document is in the record as data/);
  expect(JSON.stringify(task)).not.toMatch(/Elena|Marsh|196804/);
  expect(await recordOf(medplum, patient)).toEqual([]);
  const now = await medplum.readResource('DocumentReference', document.id ?? '', { cache: 'reload' });
  expect(now.meta?.versionId).toBe(document.meta?.versionId);
});

test('which traits differ is told by codes, and a name that one of the chart’s sources uses is no difference', async () => {
  const maiden = CCD.replace('<family>Marsh</family>', '<family>Okafor</family>');
  const refused = await run(await store(maiden));
  expect(outputsOf(refused)).toEqual({ 'family-name': 1 });
  const link: Patient['link'] = [{ type: 'replaced-by', other: subject() }];
  const name = [{ given: ['Elena', 'Ruth'], family: 'Okafor' }];
  await medplum.createResource<Patient>({ ...patient, id: undefined as never, name, link });
  expect(outputsOf(await run(await store(`${maiden}\n`)))).toMatchObject({ converted: CCD_FACTS });
});

test('a document of text only is reported as such', async () => {
  const [before = ''] = CCD.split('<structuredBody>');
  const unstructured = `${before}<nonXMLBody><text>A scan</text></nonXMLBody></component></ClinicalDocument>`;
  const task = await run(await store(unstructured));
  expect(task).toMatchObject({ status: 'completed', description: expect.stringContaining('text only') });
});

test.each<[string, () => Promise<Resource> | Resource]>([
  ['an XML that is no C-CDA', () => store('<Bundle xmlns="http://hl7.org/fhir"/>')],
  ['a PDF', () => store(CCD, {}, 'application/pdf')],
  ['a document that was superseded', () => store(CCD, { status: 'superseded' })],
  [
    'a document somewhere else',
    () => store('', { content: [{ attachment: { contentType: 'text/xml', url: 'https://ehr.example/ccd.xml' } }] }),
  ],
  ['another resource', () => ({ resourceType: 'Basic', code: { text: 'x' } })],
])('%s is passed over', async (_, make) => {
  expect(await run(await make())).toBeUndefined();
  expect(await recordOf(medplum, patient)).toEqual([]);
});

test.each(['text/xml', 'application/xml; charset=utf-8', 'application/hl7-v3+xml', 'aapplication/xml', 'text/x-C-CDA'])(
  'a document that calls itself %s is converted',
  async (contentType) => {
    expect(await run(await store(CCD, {}, contentType))).toBeDefined();
  },
);
