import type { Bundle, Composition, Resource } from '@medplum/fhirtypes';
import { likeness } from '../likeness.ts';
import type { World } from '../open-world.ts';
import { recordOf } from '../record/record-of.ts';
import { resourceOf, said, withoutIds } from '../said.ts';

const LOINC = 'http://loinc.org';
const CLINICAL = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical';
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';

/** A patient with something for each section that the planted record leaves empty. */
async function newPatient({ member }: World): Promise<string> {
  // Without types: each lacks nothing that the server asks for, and naming fifteen of them would say no more.
  const create = async (resource: Record<string, unknown>) => {
    const { resourceType, id } = resourceOf<Resource>(
      await member.call('POST', String(resource.resourceType), resource),
    );
    return { reference: `${resourceType}/${id}` };
  };
  const subject = await create({ resourceType: 'Patient', name: [{ family: 'Likeness' }] });
  const text = (words: string) => ({ text: words });
  const referral = { resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject };
  const planned = await create({ ...referral, code: text('Walk'), authoredOn: '2021-02-03' });
  const condition = { resourceType: 'Condition', subject };
  const evidence = await create({ ...condition, code: text('Cough') });
  const plan = { status: 'active', intent: 'plan', subject };
  const observation = { resourceType: 'Observation', status: 'final', subject };
  for (const resource of [
    {
      resourceType: 'AllergyIntolerance',
      patient: subject,
      clinicalStatus: { coding: [{ system: CLINICAL, code: 'active' }] },
      code: text('Nuts & seeds'),
      reaction: [{ manifestation: [text('Hives')], severity: 'mild' }],
    },
    { resourceType: 'CarePlan', ...plan, category: [text('Exercise')], activity: [{ reference: planned }] },
    { resourceType: 'Goal', lifecycleStatus: 'active', subject, description: text('Sleep'), startDate: '2021-03-04' },
    { ...condition, code: text('Poverty'), category: [{ coding: [{ system: LOINC, code: '75310-3' }] }] },
    { ...condition, code: text('Cold'), onsetDateTime: '2021-05-06', evidence: [{ detail: [evidence] }] },
    { resourceType: 'Procedure', status: 'completed', subject, code: text('Suture'), performedDateTime: '2021-01-02' },
    { ...observation, code: text('Smoker'), category: [{ coding: [{ system: CATEGORY, code: 'social-history' }] }] },
    {
      ...observation,
      code: { coding: [{ code: 'd5', display: 'Self-care' }] },
      category: [{ coding: [{ system: CATEGORY, code: 'survey' }] }],
      valueString: 'Good',
    },
    {
      ...observation,
      code: text('Weight'),
      category: [{ coding: [{ system: CATEGORY, code: 'vital-signs' }] }],
      valueQuantity: { value: 70, unit: 'kg' },
    },
    { resourceType: 'ClinicalImpression', status: 'completed', subject, summary: 'Well', date: '2021-04-05' },
    {
      resourceType: 'ClinicalImpression',
      status: 'completed',
      subject,
      summary: 'A note',
      code: { coding: [{ code: '34109-9' }] },
    },
    { ...referral, code: { text: 'To hospital', coding: [{ code: '310449005' }] } },
    { resourceType: 'Account', status: 'active', subject: [subject], name: 'Plan A' },
    { resourceType: 'DeviceUseStatement', status: 'active', subject, device: { display: 'Pump' } },
  ]) {
    await create(resource);
  }
  return subject.reference.replace('Patient/', '');
}

/** Each section: its code, how many resources it names, the rows of its table in any order, dates as no place writes them. */
async function sectionsOf({ member }: World, id: string): Promise<unknown> {
  const bundle = (await member.call('GET', `Patient/${id}/$summary`)).json as Bundle<Composition>;
  const [composition] = (bundle.entry ?? []).map(({ resource }) => resource);
  return composition?.section?.map(({ title, code, entry, text }) => {
    const rows = (text?.div?.match(/<tr>.*?<\/tr>/g) ?? []).map((row) => row.match(/(?<=<t[dh]>).*?(?=<\/t[dh]>)/g));
    const [head, ...body] = rows.map((cells) => (cells ?? []).join('|').replace(/\b\d+[./-]\d+[./-]\d+\b/g, 'a day'));
    return [`${title} ${code?.coding?.[0]?.code} ${entry?.length ?? 0}`, ...(head ? [head, ...body.sort()] : [])];
  });
}

/** `Patient/:id/$summary`. */
export const summary = [
  likeness(
    'the frame of the document',
    [
      [
        'document',
        'string',
        'Medical Summary',
        'final',
        { coding: [{ system: 'http://loinc.org', code: '60591-5', display: 'Patient Summary' }] },
        'N',
        1,
      ],
      ['{"reference":"Patient/<id>","display":"Kim Ann O\'Brien-Smith"}', '{"reference":"Organization/<id>"}', '1'],
      [
        'ClientApplication',
        'Condition',
        'DiagnosticReport',
        'Encounter',
        'Immunization',
        'Medication',
        'MedicationRequest',
        'Observation',
        'Observation',
        'Organization',
        'Organization',
        'Patient',
        'Patient',
        'Practitioner',
      ],
    ],
    async (world) => {
      const { at } = await recordOf(world);
      const bundle = (await world.member.call('GET', at('Patient/{kim}/$summary'))).json as Bundle;
      const [first, ...others] = (bundle.entry ?? []).map(({ resource }) => resource);
      const { title, status, type, confidentiality, event, subject, custodian, author } = first as Composition;
      return [
        [bundle.type, typeof bundle.timestamp, title, status, type, confidentiality, event?.length],
        [subject, custodian, author?.length].map((each) => withoutIds(JSON.stringify(each))),
        others.map((resource) => resource?.resourceType).sort(),
      ];
    },
  ),

  likeness(
    'sections of a record',
    [
      ['Allergies 48765-2 0'],
      ['Immunizations 11369-6 1', 'Vaccine|Date|Status', 'v|a day|completed'],
      ['Medications 10160-0 1', 'Medication|Directions|Start Date|End Date', '|||'],
      ['Problem List 11450-4 1', 'Problem|Start Date|Status', 'Hypertension|a day|'],
      ['Results 30954-2 2', 'Name|Result|Date', 'Pulse rate|72 bpm|a day', 'Pulse rate|80 bpm|a day', 'r||'],
      ['Social History 29762-2 0'],
      ['Vital Signs 8716-3 0'],
      ['Procedures 47519-4 0'],
      ['Encounters 46240-8 1', 'Encounter|Date|Type|Status', '|a day||finished'],
      ['Devices 46264-8 0'],
      ['Assessments 51848-0 0'],
      ['Plan of Treatment 18776-5 0'],
    ],
    async (world) => {
      return sectionsOf(world, (await recordOf(world)).planted.get('kim') ?? '');
    },
  ),

  likeness(
    'sections that are there only when there is something in them',
    [
      ['Allergies 48765-2 1', 'Substance|Reaction|Severity|Status', 'Nuts &amp; seeds|Hives|mild|active'],
      ['Immunizations 11369-6 0'],
      ['Medications 10160-0 0'],
      ['Problem List 11450-4 1', 'Problem|Start Date|Status', 'Cold|a day|'],
      ['Results 30954-2 0'],
      ['Social History 29762-2 1', 'Name|Result|Date', 'Smoker||'],
      ['Vital Signs 8716-3 1', 'Name|Result|Date', 'Weight|70 kg|'],
      ['Procedures 47519-4 1', 'Procedure|Date|Target Site|Status', 'Suture|a day||completed'],
      ['Encounters 46240-8 0'],
      ['Devices 46264-8 1', 'Device|Status', '|active'],
      ['Assessments 51848-0 1', 'Summary|Date', 'Well|a day'],
      ['Plan of Treatment 18776-5 1', 'Planned Care|Start Date', 'Exercise|', 'Walk|a day'],
      ['Goals 61146-7 1', 'Goal|Date', 'Sleep|a day'],
      ['Health Concerns 75310-3 1', 'Concern|Start Date|Status', 'Poverty||'],
      ['Functional Status 47420-5 1', 'Name|Result|Date', 'Self-care|Good|'],
      ['Notes 11488-4 1', 'Note|Date', 'A note|'],
      ['Reason for Referral 42349-1 1', 'Planned Care|Start Date', 'To hospital|'],
      ['Insurance 48768-6 1', 'Coverage|Status|Type', 'Plan A|active|'],
    ],
    async (world) => {
      return sectionsOf(world, await newPatient(world));
    },
  ),

  likeness('of a patient who is not there', ['404 Not found', '410 Gone'], async (world) => {
    const { at } = await recordOf(world);
    const { call } = world.member;
    return [said(await call('GET', 'Patient/x/$summary')), said(await call('GET', at('Patient/{gone}/$summary')))];
  }),

  likeness(
    'an author cannot be in the query',
    '400 Complex parameter author (Reference) cannot be passed via query string',
    async (world) => {
      const { at } = await recordOf(world);
      return said(await world.member.call('GET', at('Patient/{kim}/$summary?author=Practitioner/{doc}')));
    },
  ),

  likeness('an author in Parameters', ['Kay Quincy'], async (world) => {
    const { at } = await recordOf(world);
    const parameter = [{ name: 'author', valueReference: { reference: at('Practitioner/{doc}') } }];
    const body = { resourceType: 'Parameters', parameter };
    const bundle = (await world.member.call('POST', at('Patient/{kim}/$summary'), body)).json as Bundle<Composition>;
    return bundle.entry?.[0]?.resource?.author?.map(({ display }) => display);
  }),
];
