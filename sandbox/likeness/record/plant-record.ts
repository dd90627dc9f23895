import type { Observation, Patient, Reference, Resource } from '@medplum/fhirtypes';

/** Marks what one run has planted, on a server that others use too. */
export const RUN_SYSTEM = 'http://example.com/likeness-run';

/** Ids of what was planted, by the names that the answers use. */
export type Planted = ReadonlyMap<string, string>;

export interface PlantingClient {
  create<T extends Resource>(resource: T): Promise<string>;
  remove(reference: string): Promise<void>;
}

/** Creates one resource under a name; gives a reference to it. */
type Plant = (name: string, resource: Resource) => Promise<{ reference: string }>;

/**
 * A small record of three patients, on which every answer in this folder was asked of a Medplum 5.0.10 server.
 * @param run letters and digits, in lower case: part of the identifiers, and the code of everybody's tag
 */
export async function plantRecord(client: PlantingClient, run: string): Promise<Planted> {
  const planted = new Map<string, string>();
  const plant: Plant = async (name, resource) => {
    const meta = { ...resource.meta, tag: [{ system: RUN_SYSTEM, code: run }] };
    const id = await client.create({ ...resource, meta });
    planted.set(name, id);
    return { reference: `${resource.resourceType}/${id}` };
  };
  const places = await plantPlaces(plant);
  const people = await plantPeople(plant, places, run);
  await plantResults(plant, places, people);
  await plantOthers(plant, places, people, run);
  const gone = await plant('gone', { resourceType: 'Patient', name: [{ family: `Gone${run}` }] });
  await plant('ogone', observation(gone));
  await client.remove(gone.reference);
  return planted;
}

interface Places {
  readonly org: Reference;
  readonly org2: Reference;
  readonly doc: Reference;
}

async function plantPlaces(plant: Plant): Promise<Places> {
  const org = await plant('org', {
    resourceType: 'Organization',
    name: 'Likeness Hospital',
    address: [{ city: 'Springfield', line: ['1 Main St'] }],
  });
  const org2 = await plant('org2', { resourceType: 'Organization', name: 'Other Clinic', partOf: org });
  const doc = await plant('doc', { resourceType: 'Practitioner', name: [{ family: 'Quincy', given: ['Kay'] }] });
  return { org, org2, doc };
}

interface People {
  readonly kim: Reference;
  readonly lee: Reference;
}

async function plantPeople(plant: Plant, { org2, doc }: Places, run: string): Promise<People> {
  const kim: Patient = {
    resourceType: 'Patient',
    active: true,
    gender: 'female',
    birthDate: '1980-05-17',
    name: [
      { family: "O'Brien-Smith", given: ['Kim', 'Ann'] },
      { family: 'Maiden', given: ['Kimberly'] },
    ],
    telecom: [
      { system: 'email', value: `Kim.${run}@Example.com` },
      { system: 'phone', value: '+15550100' },
    ],
    address: [{ city: 'Portland', state: 'OR', line: ['12 Elm St'], postalCode: '97201' }],
    managingOrganization: org2 as NonNullable<Patient['managingOrganization']>,
    generalPractitioner: [doc as Reference & NonNullable<Patient['generalPractitioner']>[number]],
    identifier: [{ system: 'urn:mrn', value: `${run}-1` }],
  };
  const lee: Patient = {
    resourceType: 'Patient',
    gender: 'male',
    name: [{ family: 'Lee', given: ['Kim'] }],
    identifier: [{ system: 'urn:mrn', value: `${run}-2` }, { value: `${run}-nosys` }],
  };
  const people = { kim: await plant('kim', kim), lee: await plant('lee', lee) };
  await plant('zed', { resourceType: 'Patient', name: [{ text: 'True Zed' }] });
  return people;
}

function observation(subject: Reference, more: Partial<Observation> = {}): Observation {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'Pulse rate', coding: [{ system: 'http://loinc.org', code: '8867-4', display: 'Heart rate' }] },
    subject: subject as NonNullable<Observation['subject']>,
    ...more,
  };
}

async function plantResults(plant: Plant, { org, doc }: Places, { kim, lee }: People): Promise<void> {
  const encounter = await plant('enc', {
    resourceType: 'Encounter',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: kim as { reference: string },
    serviceProvider: org as { reference: string },
    period: { start: '2021-01-01T10:00:00Z', end: '2021-01-02T10:00:00Z' },
  });
  const o1 = await plant(
    'o1',
    observation(kim, {
      encounter,
      effectiveDateTime: '2021-01-01T10:00:00Z',
      issued: '2021-01-01T10:00:00Z',
      valueQuantity: { value: 72, unit: 'bpm', system: 'http://unitsofmeasure.org', code: '/min' },
      performer: [doc as { reference: string }],
    }),
  );
  await plant(
    'o2',
    observation(kim, {
      status: 'amended',
      effectiveDateTime: '2021-02-01',
      issued: '2021-02-01T10:00:00Z',
      valueQuantity: { value: 80, unit: 'bpm' },
      performer: [{ identifier: { system: 'urn:staff', value: 'S-1' }, display: 'x' }],
    }),
  );
  await plant(
    'o3',
    observation(lee, {
      code: { coding: [{ code: 'nosystem' }] },
      effectivePeriod: { start: '2021-03-01T00:00:00Z', end: '2021-04-01T00:00:00Z' },
      valueQuantity: { value: 72.5 },
    }),
  );
  const o4 = await plant('o4', observation(lee, { ...bloodPressure, hasMember: [o1] }));
  await plant('o5', {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'No subject' },
    valueCodeableConcept: { text: 'Positive' },
  });
  await plant('rep', {
    resourceType: 'DiagnosticReport',
    status: 'final',
    code: { text: 'r' },
    subject: kim as { reference: string },
    result: [o1, o4],
  });
  await plant('prov', {
    resourceType: 'Provenance',
    target: [kim, o1],
    recorded: '2021-01-01T00:00:00Z',
    agent: [{ who: doc as { reference: string } }],
  });
}

const bloodPressure: Partial<Observation> = {
  code: { text: 'BP', coding: [{ system: 'http://loinc.org', code: '85354-9', display: 'Blood pressure panel' }] },
  component: [
    {
      code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] },
      valueQuantity: { value: 120, unit: 'mmHg' },
    },
    { code: { coding: [{ system: 'http://loinc.org', code: '8462-4' }] }, valueQuantity: { value: 80, unit: 'mmHg' } },
  ],
};

async function plantOthers(plant: Plant, { doc }: Places, { kim }: People, run: string): Promise<void> {
  const patient = kim as { reference: string };
  const quest = `http://example.com/likeness/${run}`;
  const medication = await plant('med', { resourceType: 'Medication', code: { text: 'Aspirin' } });
  const rest: [string, Resource][] = [
    [
      'risk',
      {
        resourceType: 'RiskAssessment',
        status: 'final',
        subject: patient,
        prediction: [{ probabilityDecimal: 0.5 }, { probabilityDecimal: 0.7 }],
      },
    ],
    [
      'imm',
      {
        resourceType: 'Immunization',
        status: 'completed',
        vaccineCode: { text: 'v' },
        patient,
        occurrenceDateTime: '2020-01-01',
        reaction: [{ date: '2020-01-02' }],
      },
    ],
    [
      'mreq',
      {
        resourceType: 'MedicationRequest',
        status: 'active',
        intent: 'order',
        subject: patient,
        medicationReference: medication,
        authoredOn: '2021-01-05',
        requester: doc as { reference: string },
      },
    ],
    ['quest', { resourceType: 'Questionnaire', status: 'active', url: `${quest}/q`, name: 'Q1', title: 'Quest' }],
    [
      'qr',
      { resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: `${quest}/q`, subject: patient },
    ],
    [
      'grp',
      {
        resourceType: 'Group',
        type: 'person',
        actual: true,
        member: [
          { entity: patient },
          { entity: doc as { reference: string } },
          { entity: { reference: `Patient/${crypto.randomUUID()}` } },
        ],
      },
    ],
    [
      'cond',
      {
        resourceType: 'Condition',
        subject: patient,
        code: { coding: [{ system: 'http://snomed.info/sct', code: '38341003', display: 'Hypertension' }] },
        onsetDateTime: '2019-01-01',
        meta: { source: `${quest}#c` },
      },
    ],
    ['vs', { resourceType: 'ValueSet', status: 'active', url: `${quest}/vs` }],
  ];
  for (const [name, resource] of rest) await plant(name, resource);
}
