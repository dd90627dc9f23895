/** One defect as sources really have it, and what the bridge is to make of its line. */
export interface Defect {
  /** What is wrong, in words. */
  readonly about: string;
  /** FHIR as a source wrote it, or the bare text of a line. */
  readonly line: object | string;
  /** Names of the rules by which the line is mended. */
  readonly mendedBy?: readonly string[];
  /** Why the line cannot be loaded, or is left out: the code in the ledger. */
  readonly leftFor?: string;
}

const subject = { reference: 'Patient/dirty' };
const code = { text: 'Heart rate' };
const SYSTEM = 'http://local.example.org/codes';
const OVER_1_MB = 1_150_000;

function result(id: string, more: object = {}): object {
  return { resourceType: 'Observation', id, status: 'final', code, subject, effectiveDateTime: '2024-03-05', ...more };
}

const MENDED: readonly Defect[] = [
  { about: 'null where nothing should stand', line: result('null', { method: null }), mendedBy: ['null-removed'] },
  { about: 'an empty text', line: result('empty', { issued: '' }), mendedBy: ['empty-string-removed'] },
  {
    about: 'an item without content',
    line: result('hollow', { note: [{}, { text: 'Sitting' }] }),
    mendedBy: ['empty-value-removed'],
  },
  { about: 'blanks around a code', line: result('blank', { status: 'final ' }), mendedBy: ['blanks-trimmed'] },
  {
    about: 'a control character of an old interface',
    line: result('control', { valueString: 'pos\u0001itive' }),
    mendedBy: ['control-characters-removed'],
  },
  {
    about: 'two blanks inside a code',
    line: result('blanks', { interpretation: [{ coding: [{ system: SYSTEM, code: 'very  high' }] }] }),
    mendedBy: ['blanks-collapsed'],
  },
  {
    about: 'a blank inside an address',
    line: result('address', { interpretation: [{ coding: [{ system: `${SYSTEM}/lab codes`, code: 'H' }] }] }),
    mendedBy: ['blanks-encoded'],
  },
  {
    about: 'base64 broken into lines, as mail has it',
    line: scan('broken-base64', 'SGVhcnQgcmF0\nZSA3Mg=='),
    mendedBy: ['whitespace-removed'],
  },
  {
    about: 'base64 in the alphabet for addresses',
    line: scan('url-base64', 'PDw_Pz8-Pg'),
    mendedBy: ['base64url-to-base64'],
  },
  {
    about: 'a time with a blank in its middle',
    line: result('punctuated', { effectiveDateTime: '2024-03-05 08:30:00+0100' }),
    mendedBy: ['date-punctuated'],
  },
  {
    about: 'a day of birth with the hour',
    line: { resourceType: 'RelatedPerson', id: 'born', patient: subject, birthDate: '1970-01-02T00:00:00Z' },
    mendedBy: ['time-cut-from-date'],
  },
  {
    about: 'a time without seconds',
    line: result('minutes', { effectiveDateTime: '2024-03-05T08:30' }),
    mendedBy: ['time-without-seconds-reduced'],
  },
  {
    about: 'a number for a name',
    line: { resourceType: 'Organization', id: 'numbered', name: 4711 },
    mendedBy: ['number-as-string'],
  },
  { about: 'yes and no as a text', line: result('boolean', { valueString: true }), mendedBy: ['boolean-as-string'] },
  {
    about: 'a text for yes and no',
    line: { resourceType: 'Organization', id: 'yes', active: 'true', name: 'Northfield' },
    mendedBy: ['string-as-boolean'],
  },
  {
    about: 'a number in quotes',
    line: result('quoted', { valueQuantity: { value: '72', unit: '/min' } }),
    mendedBy: ['string-as-number'],
  },
  {
    about: 'one where a list belongs',
    line: { resourceType: 'Organization', id: 'single', name: 'Northfield', alias: 'NF' },
    mendedBy: ['single-value-wrapped'],
  },
  { about: 'a list where one belongs', line: result('listed', { code: [code] }), mendedBy: ['array-unwrapped'] },
  {
    about: 'a property of the source’s own',
    line: result('ward', { ward: '3 B' }),
    mendedBy: ['unknown-property-to-extension'],
  },
  {
    about: 'an American date',
    line: result('american', { effectiveDateTime: '03/05/2024' }),
    mendedBy: ['invalid-value-to-extension'],
  },
  {
    about: 'a narrative without words',
    line: result('mute', { text: { status: 'generated' } }),
    mendedBy: ['narrative-without-div-removed'],
  },
  {
    about: 'no status',
    line: { resourceType: 'Observation', id: 'no-status', code, subject },
    mendedBy: ['missing-marked-absent'],
  },
  {
    about: 'a status in capitals, as Epic has it',
    line: {
      resourceType: 'Encounter',
      id: 'finished',
      status: 'Finished',
      class: { code: 'AMB', system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode' },
      subject,
    },
    mendedBy: ['status-case-normalised'],
  },
  {
    about: 'a vital sign that is not what its profile says',
    line: {
      resourceType: 'Observation',
      id: 'claims',
      meta: { profile: ['http://hl7.org/fhir/StructureDefinition/vitalsigns'] },
      status: 'final',
      category: [
        { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
      ],
      code: { coding: [{ system: 'http://loinc.org', code: '8867-4', display: 'Heart rate' }] },
      subject,
      valueQuantity: { value: 72, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
    },
    mendedBy: ['profile-parked'],
  },
  {
    about: 'a remark of more than a megabyte',
    line: result('long', { note: [{ time: '2024-03-05', text: 'Seen today. '.repeat(OVER_1_MB / 12) }] }),
    // The remark is gone from its place, where FHIR demands one.
    mendedBy: ['long-text-to-document', 'missing-marked-absent'],
  },
];

const LEFT: readonly Defect[] = [
  { about: 'a line cut in two', line: '{"resourceType":"Observation","id":"cut","sta', leftFor: 'not-json' },
  { about: 'an error page of the source', line: '<html><body>502 Bad Gateway</body></html>', leftFor: 'not-json' },
  { about: 'JSON that is no resource', line: '["Observation"]', leftFor: 'not-a-resource' },
  {
    about: 'three hundred extensions, each inside the other',
    line: `{"resourceType":"Observation","id":"deep","extension":${'[{"extension":'.repeat(300)}[]${'}]'.repeat(300)}}`,
    leftFor: 'nested-too-deeply',
  },
  {
    about: 'a type that R4 has not',
    line: { resourceType: 'GenomicStudy', id: 'genes', status: 'available', subject },
    leftFor: 'unknown-resource-type',
  },
  {
    about: 'what has no room for a text of more than a megabyte',
    line: { resourceType: 'Parameters', id: 'huge', parameter: [{ name: 'x', valueString: 'x'.repeat(OVER_1_MB) }] },
    leftFor: 'too-large',
  },
  { about: 'no id', line: { resourceType: 'Observation', status: 'final', code, subject }, leftFor: 'no-id' },
  {
    about: 'a prescription of nothing',
    line: { resourceType: 'MedicationRequest', id: 'nothing', status: 'active', intent: 'order', subject },
    leftFor: 'invalid-resource',
  },
  {
    about: 'a line of R5',
    line: {
      resourceType: 'MedicationRequest',
      id: 'r5',
      status: 'active',
      intent: 'order',
      subject,
      medication: { concept: code },
    },
    leftFor: 'fhir-r5',
  },
  {
    about: 'a line of STU3',
    line: {
      resourceType: 'Condition',
      id: 'stu3',
      clinicalStatus: 'active',
      subject,
      assertedDate: '2018',
    },
    leftFor: 'fhir-stu3',
  },
  {
    about: 'a line of DSTU2',
    line: { resourceType: 'MedicationOrder', id: 'dstu2-order', status: 'active', patient: subject },
    leftFor: 'unknown-resource-type',
  },
  {
    about: 'a line of DSTU2 under a name that R4 kept',
    line: { resourceType: 'Encounter', id: 'dstu2', status: 'finished', class: 'outpatient', patient: subject },
    leftFor: 'fhir-dstu2',
  },
  {
    about: 'a leap second: FHIR allows it, the server’s dates do not',
    line: result('leap', { effectiveDateTime: '2016-12-31T23:59:60Z' }),
    leftFor: 'refused-by-server',
  },
  {
    about: 'a document that is no base64',
    line: { resourceType: 'Binary', id: 'noise', contentType: 'application/pdf', data: '%PDF-1.4 %%%' },
    leftFor: 'invalid-base64',
  },
  {
    about: 'a document of nothing',
    line: { resourceType: 'Binary', id: 'void', contentType: 'application/pdf', data: '' },
    leftFor: 'empty-document',
  },
  {
    about: 'what would act in the server',
    line: {
      resourceType: 'Subscription',
      id: 'spy',
      status: 'active',
      reason: 'x',
      criteria: 'Observation',
      channel: { type: 'rest-hook', endpoint: 'https://elsewhere.example.org' },
    },
    leftFor: 'acts-in-server',
  },
  {
    about: 'a Bundle of one entry, of one without a resource, and of a remark of the search',
    line: {
      resourceType: 'Bundle',
      id: 'bundle',
      type: 'searchset',
      entry: [
        { fullUrl: 'https://fhir.example.org/Observation/in-bundle', resource: result('in-bundle') },
        { fullUrl: 'https://fhir.example.org/Observation/gone' },
        {
          search: { mode: 'outcome' },
          resource: {
            resourceType: 'OperationOutcome',
            id: 'remark',
            issue: [{ severity: 'warning', code: 'informational' }],
          },
        },
      ],
    },
    leftFor: 'bundle-unwrapped',
  },
];

/** What stands in no ledger as a fault: references and repeats as real exports have them. */
const ODD: readonly Defect[] = [
  {
    about: 'a reference that says nothing',
    line: result('to-nothing', { performer: [{ reference: '' }] }),
    mendedBy: ['empty-string-removed', 'empty-value-removed'],
  },
  { about: 'a reference to nobody, in a word', line: result('to-none', { performer: [{ reference: 'none' }] }) },
  {
    about: 'a reference to what never comes',
    line: result('to-absent', { encounter: { reference: 'Encounter/absent' } }),
  },
  { about: 'a misread encoding', line: { resourceType: 'Practitioner', id: 'moji', name: [{ family: 'GutiÃ©rrez' }] } },
  { about: 'JSON inside a text', line: result('nested', { valueString: '{"value":72}' }) },
  { about: 'the older of two', line: result('twice', { meta: { lastUpdated: '2024-01-01T00:00:00Z' } }) },
  { about: 'the newer of two', line: result('twice', { meta: { lastUpdated: '2024-02-01T00:00:00Z' } }) },
];

function scan(id: string, data: string): object {
  const content = [{ attachment: { contentType: 'text/plain', data } }];
  return { resourceType: 'DocumentReference', id, status: 'current', subject, content };
}

/** Every defect of the dirty record, in the order of its lines; its Patient comes last, as in every export. */
export const DEFECTS: readonly Defect[] = [...MENDED, ...LEFT, ...ODD];
