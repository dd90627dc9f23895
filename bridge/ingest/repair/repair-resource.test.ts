import { beforeAll, describe, expect, test } from 'vitest';
import { SOURCE_PROPERTY_EXTENSION, SOURCE_VALUE_EXTENSION } from '../../contract/identifiers.ts';
import { loadDefinitions } from '../shape/load-definitions.ts';
import type { Json, JsonObject } from '../walk-references.ts';
import { findErrors } from './check-resource.ts';
import { type Repaired, repairResource } from './repair-resource.ts';

beforeAll(loadDefinitions);

const ABSENT = { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' };
const absent = { extension: [ABSENT] };
const kept = (property: JsonObject) => ({ url: SOURCE_PROPERTY_EXTENSION, valueString: JSON.stringify(property) });
const said = (text: string) => ({ extension: [{ url: SOURCE_VALUE_EXTENSION, valueString: text }] });

const [subject, code] = [{ reference: 'Patient/1' }, { text: 'x' }];
const observation = { resourceType: 'Observation', status: 'final', code };

function repaired(source: JsonObject): Repaired {
  const before = structuredClone(source);
  const result = repairResource(source);
  expect(source, 'the source is never changed').toEqual(before);
  if ('issues' in result) throw new Error(`unrepairable: ${JSON.stringify(result.issues)}`);
  expect(findErrors(result.resource)).toEqual([]);
  expect(repairResource(result.resource), 'a second repair does nothing').toEqual({
    resource: result.resource,
    repairs: [],
  });
  return result;
}

/** Repairs `{resourceType, ...body}` and compares what it says and by which rules. */
function expectRepair(source: JsonObject, becomes: JsonObject, rules: readonly (readonly [string, string])[]): void {
  const { resource, repairs } = repaired(source);
  expect(resource).toEqual(becomes);
  expect(repairs).toEqual(rules.map(([rule, path]) => ({ rule, path })));
}

const patient = (body: JsonObject): JsonObject => ({ resourceType: 'Patient', ...body });

test('a valid resource is handed back as it is', () => {
  const source = { ...observation, valueString: 'GutiÃ©rrez' };
  expect(repairResource(source)).toEqual({ resource: source, repairs: [] });
  expect((repairResource(source) as Repaired).resource).toBe(source);
});

describe('what says nothing', () => {
  test('null-removed keeps names and their extensions in step', () =>
    expectRepair(
      patient({ gender: null, name: [{ given: ['A', null, null], _given: [null, null, { extension: [ABSENT] }] }] }),
      patient({ name: [{ given: ['A', null], _given: [null, absent] }] }),
      [
        ['null-removed', 'Patient.gender'],
        ['null-removed', 'Patient.name[0].given[1]'],
      ],
    ));
  test('empty-string-removed also where the validator overlooks it', () =>
    expectRepair(
      patient({ gender: '', name: [{ family: ' ', given: ['A', ''], text: 'A' }] }),
      patient({ name: [{ given: ['A'], text: 'A' }] }),
      [
        ['empty-string-removed', 'Patient.gender'],
        ['empty-string-removed', 'Patient.name[0].family'],
        ['empty-string-removed', 'Patient.name[0].given[1]'],
      ],
    ));
  test('empty-value-removed takes out an item without content', () =>
    expectRepair(patient({ name: [{}, { family: 'A' }] }), patient({ name: [{ family: 'A' }] }), [
      ['empty-value-removed', 'Patient.name[0]'],
    ]));
});

describe('text and dates', () => {
  test('blanks around a code and a date go', () =>
    expectRepair(
      patient({ gender: ' male', birthDate: '1980-01-02 ' }),
      patient({ gender: 'male', birthDate: '1980-01-02' }),
      [
        ['blanks-trimmed', 'Patient.gender'],
        ['blanks-trimmed', 'Patient.birthDate'],
      ],
    ));
  test('a time without seconds leaves the day, and the text beside it', () =>
    expectRepair(
      { ...observation, effectiveDateTime: '2020-01-02T10:00' },
      { ...observation, effectiveDateTime: '2020-01-02', _effectiveDateTime: said('2020-01-02T10:00') },
      [['time-without-seconds-reduced', 'Observation.effectiveDateTime']],
    ));
  test('an unreadable date stays as text on its element', () =>
    expectRepair(patient({ birthDate: '01/02/1980' }), patient({ _birthDate: said('01/02/1980') }), [
      ['invalid-value-to-extension', 'Patient.birthDate'],
    ]));
  test('a required date that cannot be read is also marked as absent', () => {
    const { resource } = repaired({
      resourceType: 'Immunization',
      status: 'completed',
      vaccineCode: code,
      patient: subject,
      occurrenceDateTime: 'x',
    });
    expect(resource).not.toHaveProperty('occurrenceDateTime');
    expect(resource._occurrenceDateTime).toEqual({ extension: [...said('x').extension, ABSENT] });
  });
  test('text inside extensions of a primitive is found too', () =>
    expectRepair(
      patient({ _birthDate: { extension: [{ url: 'http://e.org/x', valueCode: ' a' }] } }),
      patient({ _birthDate: { extension: [{ url: 'http://e.org/x', valueCode: 'a' }] } }),
      [['blanks-trimmed', 'Patient.birthDate.extension[0].valueCode']],
    ));
  test('one bad item of a list of primitives keeps its place', () => {
    const { resource } = repaired(
      patient({ meta: { profile: ['http://e.org/a', 5, 'http://e.org/c'] }, name: [{ given: ['A', { x: 1 }, 'C'] }] }),
    );
    expect(resource.meta).toEqual({ profile: ['http://e.org/a', '5', 'http://e.org/c'] });
    expect(resource.name).toEqual([{ given: ['A', 'C'], extension: [kept({ 'given[1]': { x: 1 } })] }]);
  });
});

describe('codes', () => {
  test('status-case-normalised, on an otherwise valid resource', () =>
    expectRepair({ ...observation, status: 'Final' }, observation, [['status-case-normalised', 'Observation.status']]));
  test('status-case-normalised, once the blanks are gone', () =>
    expectRepair({ ...observation, status: 'FINAL ' }, observation, [
      ['blanks-trimmed', 'Observation.status'],
      ['status-case-normalised', 'Observation.status'],
    ]));
});

describe('how many and of what type', () => {
  test('single-value-wrapped', () =>
    expectRepair(patient({ name: { family: 'A' } }), patient({ name: [{ family: 'A' }] }), [
      ['single-value-wrapped', 'Patient.name'],
    ]));
  test('array-unwrapped, in every place that the expression can mean', () =>
    expectRepair(
      { resourceType: 'Organization', identifier: [{ value: '1' }, { type: [code, { text: 'y' }] }, { type: [code] }] },
      {
        resourceType: 'Organization',
        identifier: [{ value: '1' }, { type: code, extension: [kept({ 'type[1]': { text: 'y' } })] }, { type: code }],
      },
      [
        ['array-unwrapped', 'Organization.identifier[1].type'],
        ['array-unwrapped', 'Organization.identifier[2].type'],
      ],
    ));
  test('array-unwrapped takes the extensions of a primitive along', () =>
    expectRepair(
      patient({ gender: [null, 'male'], _gender: [null, absent] }),
      patient({ gender: 'male', _gender: absent }),
      [['array-unwrapped', 'Patient.gender']],
    ));
  test('numbers and booleans written as text', () =>
    expectRepair(
      patient({ active: 'true', multipleBirthInteger: '2', name: [{ family: 7 }] }),
      patient({ active: true, multipleBirthInteger: 2, name: [{ family: '7' }] }),
      [
        ['string-as-boolean', 'Patient.active'],
        ['number-as-string', 'Patient.name[0].family'],
        ['string-as-number', 'Patient.multipleBirthInteger'],
      ],
    ));
  test('a number whose digits JavaScript would change keeps its text beside it', () =>
    expectRepair(
      { ...observation, valueQuantity: { value: '5.40' } },
      { ...observation, valueQuantity: { value: 5.4, _value: said('5.40') } },
      [['string-as-number', 'Observation.valueQuantity.value']],
    ));
  test('a text in place of an object moves as a whole', () =>
    expectRepair(
      patient({ maritalStatus: 'Married', contact: ['Joe'] }),
      patient({ contact: [], extension: [kept({ maritalStatus: 'Married' }), kept({ 'contact[0]': 'Joe' })] }),
      [
        ['invalid-value-to-extension', 'Patient.maritalStatus'],
        ['invalid-value-to-extension', 'Patient.contact[0]'],
      ],
    ));
});

describe('what FHIR does not know', () => {
  test('unknown-property-to-extension, at the nearest element', () =>
    expectRepair(
      patient({
        race: [{ a: null }],
        name: [{ family: 'A', nick: 'B' }],
        gender: 'male',
        _gender: { fhir_comments: ['c'] },
      }),
      patient({
        name: [{ family: 'A', extension: [kept({ nick: 'B' })] }],
        gender: 'male',
        _gender: { extension: [kept({ fhir_comments: ['c'] })] },
        extension: [kept({ race: [{ a: null }] })],
      }),
      [
        ['unknown-property-to-extension', 'Patient.name[0].nick'],
        ['unknown-property-to-extension', 'Patient.gender.fhir_comments'],
        ['unknown-property-to-extension', 'Patient.race'],
      ],
    ));
  test('the name of an unknown property is not quoted in the record', () => {
    const { repairs } = repaired(patient({ 'Jane Doe.': 1 }));
    expect(repairs).toEqual([{ rule: 'unknown-property-to-extension', path: 'Patient.…' }]);
  });
  test('an extension has no room for another beside its value, so the element around it takes it', () =>
    expectRepair(
      patient({ extension: [{ url: 'http://e.org/x', valueString: 'a', note: 1 }] }),
      patient({ extension: [{ url: 'http://e.org/x', valueString: 'a' }, kept({ 'extension[0].note': 1 })] }),
      [['unknown-property-to-extension', 'Patient.extension[0].note']],
    ));
  test('an extension without url, or without value, is no extension', () =>
    expectRepair(
      patient({ extension: [{ valueString: 'a' }, { url: 'http://e.org/x' }] }),
      patient({
        extension: [
          kept({ 'extension[0]': { valueString: 'a' } }),
          kept({ 'extension[0]': { url: 'http://e.org/x' } }),
        ],
      }),
      [
        ['invalid-value-to-extension', 'Patient.extension[0]'],
        ['invalid-value-to-extension', 'Patient.extension[0]'],
      ],
    ));
  test('a Binary has room in its meta', () => {
    const { resource } = repaired({
      resourceType: 'Binary',
      contentType: 'text/plain',
      data: 'SGVsbG8=',
      colour: 'red',
    });
    expect(resource.meta).toEqual({ extension: [kept({ colour: 'red' })] });
  });
  test('a contained resource of an unknown type moves as a whole', () => {
    const contained = [
      { resourceType: 'Gadget', id: 'g' },
      { resourceType: 'Organization', id: 'o' },
    ];
    expect(repaired(patient({ contained })).resource).toEqual(
      patient({ contained: [contained[1] as Json], extension: [kept({ 'contained[0]': contained[0] as Json })] }),
    );
  });
  test('a number as value does not make a resource a Quantity, as the validator thinks', () =>
    expectRepair({ ...observation, value: 5 }, { ...observation, extension: [kept({ value: 5 })] }, [
      ['unknown-property-to-extension', 'Observation.value'],
    ]));
  test('what the validator would write into something else is kept aside', () =>
    expectRepair(
      patient({ maritalStatus: { text: 'S' }, _maritalStatus: { id: 'm' } }),
      patient({ maritalStatus: { text: 'S' }, extension: [kept({ _maritalStatus: { id: 'm' } })] }),
      [['unknown-property-to-extension', 'Patient._maritalStatus']],
    ));
  test('what makes the validator throw is kept too', () =>
    expectRepair(
      patient({ birthDate: '1980', _birthDate: 'x', gender: 'male', _gender: { length: 3 } }),
      patient({
        birthDate: '1980',
        gender: 'male',
        extension: [kept({ _gender: { length: 3 } }), kept({ _birthDate: 'x' })],
      }),
      [
        ['unknown-property-to-extension', 'Patient._gender'],
        ['unknown-property-to-extension', 'Patient._birthDate'],
      ],
    ));
});

describe('what is missing', () => {
  test('missing-marked-absent, and never a value', () => {
    const { resource, repairs } = repaired({
      resourceType: 'ExplanationOfBenefit',
      status: 'active',
      type: code,
      use: 'claim',
      patient: subject,
      created: '2020',
      provider: subject,
    });
    expect(resource).toMatchObject({
      insurer: absent,
      _outcome: absent,
      insurance: [{ coverage: absent, _focal: absent }],
    });
    expect(repairs.every(({ rule }) => rule === 'missing-marked-absent')).toBe(true);
  });
  test('a choice of several types is not decided: the element around it moves', () => {
    const { resource } = repaired({
      resourceType: 'MedicationRequest',
      status: 'active',
      intent: 'order',
      subject,
      medicationReference: subject,
      substitution: { reason: code },
    });
    expect(resource).not.toHaveProperty('substitution');
    expect(resource.extension).toEqual([kept({ substitution: { reason: code } })]);
  });
  test('a choice of several types at the top is unrepairable', () => {
    const result = repairResource({ resourceType: 'MedicationRequest', status: 'active', intent: 'order', subject });
    expect(result).toMatchObject({ issues: [{ expression: ['MedicationRequest.medication[x]'] }] });
  });
  test('narrative-without-div-removed', () =>
    expectRepair(
      patient({ text: { status: 'generated', div: ' ' } }),
      patient({ extension: [kept({ text: { status: 'generated' } })] }),
      [
        ['empty-string-removed', 'Patient.text.div'],
        ['narrative-without-div-removed', 'Patient.text'],
      ],
    ));
});

describe('what contradicts itself', () => {
  test('a reason for no value beside a value', () =>
    expectRepair(
      { ...observation, valueString: 'a', dataAbsentReason: code },
      { ...observation, valueString: 'a', extension: [kept({ dataAbsentReason: code })] },
      [['invalid-value-to-extension', 'Observation.dataAbsentReason']],
    ));
  test('an abatement of an active condition', () =>
    expectRepair(
      { resourceType: 'Condition', subject, abatementDateTime: '2020' },
      { resourceType: 'Condition', subject, extension: [kept({ abatementDateTime: '2020' })] },
      [['invalid-value-to-extension', 'Condition.abatementDateTime']],
    ));
  test('an allergy without its clinical status', () => {
    expect(repaired({ resourceType: 'AllergyIntolerance', patient: subject }).resource.clinicalStatus).toEqual(absent);
  });
  test('a contact without content moves', () => {
    expect(repaired(patient({ contact: [{ gender: 'male' }] })).resource.extension).toEqual([
      kept({ 'contact[0]': { gender: 'male' } }),
    ]);
  });
});

describe('what is not repaired', () => {
  test('a line of another version says so', () => {
    const source = { resourceType: 'Condition', subject, clinicalStatus: 'active', assertedDate: '2018' };
    expect(repairResource(source)).toMatchObject({ otherVersion: 'STU3' });
  });
  test('a string over 1 MB', () => {
    expect(repairResource(patient({ name: [{ family: 'x'.repeat(1024 * 1024 + 1) }] }))).toHaveProperty('issues');
  });
  test('a property over 1 MB', () => {
    expect(repairResource(patient({ scan: 'x'.repeat(1024 * 1024) }))).toHaveProperty('issues');
  });
  test('the validator does not get to change the source', () => {
    const text = '{"resourceType":"Patient","_gender":{"constructor":1,"__proto__":{"a":1}}}';
    const source = JSON.parse(text);
    expect(repairResource(source)).toHaveProperty('issues');
    expect(JSON.stringify(source)).toBe(text);
  });
  test.each([
    ['constructor', { resourceType: 'constructor' }],
    ['no type', {}],
    ['a long text as name', patient({ name: ['x'.repeat(1_000_000)] })],
    ['10,000 lists', patient({ name: JSON.parse('['.repeat(10_000) + ']'.repeat(10_000)) })],
    ['10,000 objects', JSON.parse(`${'{"resourceType":"Patient","extension":'.repeat(10_000)}1${'}'.repeat(10_000)}`)],
  ])('hostile: %s', (_, source) => {
    expect(repairResource(source)).toHaveProperty('issues');
  });
});

describe('what the validator lets pass and the database behind the server refuses', () => {
  test('a NUL, and half a character, wherever they stand', () =>
    expectRepair(
      { ...observation, status: 'fi\0nal', note: [{ text: 'cut \ud83d' }], meta: { tag: [{ code: 'a\udc00' }] } },
      { ...observation, note: [{ text: 'cut ' }], meta: { tag: [{ code: 'a' }] } },
      [
        ['control-characters-removed', 'Observation.status'],
        ['control-characters-removed', 'Observation.note[0].text'],
        ['control-characters-removed', 'Observation.meta.tag[0].code'],
      ],
    ));
  test('but not in what leads to a key, nor a whole character', () => {
    const source = { ...observation, encounter: { reference: 'Encounter/e\ud800' }, valueString: '😀' };
    expect(repairResource(source)).toEqual({ resource: source, repairs: [] });
  });
});

describe('of what breaks a rule across elements, as little as possible moves', () => {
  const composition = { resourceType: 'Composition', status: 'final', type: code, date: '2024', title: 'x' };
  test.each<[string, JsonObject, JsonObject, [string, string]]>([
    [
      'a section that is empty for a reason and is not',
      { ...composition, author: [subject], section: [{ entry: [subject], emptyReason: code }] },
      { ...composition, author: [subject], section: [{ entry: [subject], extension: [kept({ emptyReason: code })] }] },
      ['invalid-value-to-extension', 'Composition.section[0].emptyReason'],
    ],
    [
      'an activity that is told twice',
      {
        resourceType: 'CarePlan',
        status: 'active',
        intent: 'plan',
        subject,
        activity: [{ reference: subject, detail: { status: 'completed' } }],
      },
      {
        resourceType: 'CarePlan',
        status: 'active',
        intent: 'plan',
        subject,
        activity: [{ reference: subject, extension: [kept({ detail: { status: 'completed' } })] }],
      },
      ['invalid-value-to-extension', 'CarePlan.activity[0].detail'],
    ],
    [
      'questions below a question that is answered',
      {
        resourceType: 'QuestionnaireResponse',
        status: 'completed',
        item: [{ linkId: '1', answer: [{ valueReference: subject }], item: [{ linkId: '2' }] }],
      },
      {
        resourceType: 'QuestionnaireResponse',
        status: 'completed',
        item: [{ linkId: '1', answer: [{ valueReference: subject }], extension: [kept({ item: [{ linkId: '2' }] })] }],
      },
      ['invalid-value-to-extension', 'QuestionnaireResponse.item[0].item'],
    ],
    [
      'a dosage in words',
      {
        resourceType: 'MedicationAdministration',
        status: 'completed',
        medicationCodeableConcept: code,
        subject,
        effectiveDateTime: '2024',
        dosage: { text: 'one' },
      },
      {
        resourceType: 'MedicationAdministration',
        status: 'completed',
        medicationCodeableConcept: code,
        subject,
        effectiveDateTime: '2024',
        dosage: { text: 'one', dose: absent },
      },
      ['missing-marked-absent', 'MedicationAdministration.dosage.dose'],
    ],
    [
      'a target of an unsaid measure',
      {
        resourceType: 'Goal',
        lifecycleStatus: 'active',
        description: code,
        subject,
        target: [{ detailString: 'less' }],
      },
      {
        resourceType: 'Goal',
        lifecycleStatus: 'active',
        description: code,
        subject,
        target: [{ detailString: 'less', measure: absent }],
      },
      ['missing-marked-absent', 'Goal.target[0].measure'],
    ],
  ])('%s', (_, source, becomes, rule) => expectRepair(source, becomes, [rule]));
});
