import type { Patient } from '@medplum/fhirtypes';
import { type Likeness, likeness } from '../likeness.ts';
import { newSource } from '../make-resources.ts';
import { issuesOf, resourceOf } from '../said.ts';

const observation = { resourceType: 'Observation', status: 'final', code: { text: 'x' } };
const patient = { resourceType: 'Patient' };

/** What is posted, and the status and issues of the answer. */
const bodies: readonly (readonly [string, unknown, object])[] = [
  [
    'an unknown property',
    ['400', 'Patient.nonsense: Invalid additional property "nonsense"'],
    { ...patient, nonsense: 1 },
  ],
  ['null', ['400', 'Patient.birthDate: Invalid null value'], { ...patient, birthDate: null }],
  ['an empty string', ['201'], { ...patient, name: [{ family: '' }] }],
  [
    'a missing property',
    ['400', 'Observation.code: Missing required property'],
    { resourceType: 'Observation', status: 'final' },
  ],
  ['a bad date', ['400', 'Patient.birthDate: Invalid date format'], { ...patient, birthDate: 'yesterday' }],
  [
    'a bad dateTime',
    ['400', 'Observation.effective[x]: Invalid dateTime format'],
    { ...observation, effectiveDateTime: '2020-13-01' },
  ],
  [
    'a dateTime without seconds',
    ['400', 'Observation.effective[x]: Invalid dateTime format'],
    { ...observation, effectiveDateTime: '2020-01-01T10:00Z' },
  ],
  ['a dateTime without a zone', ['201'], { ...observation, effectiveDateTime: '2020-01-01T10:00:00' }],
  [
    'a day that does not exist',
    ['400', 'Patient.birthDate: Invalid date value'],
    { ...patient, birthDate: '2020-02-30' },
  ],
  ['a bad instant', ['400', 'Observation.issued: Invalid instant format'], { ...observation, issued: '2020-01-01' }],
  ['a code with blanks around it', ['400', 'Patient.gender: Invalid code format'], { ...patient, gender: ' male ' }],
  [
    'a uri with blanks',
    ['400', 'Patient.identifier[0].system: Invalid uri format'],
    { ...patient, identifier: [{ system: 'urn: x', value: '1' }] },
  ],
  [
    'bad base64',
    ['400', 'Patient.photo[0].data: Invalid base64Binary format'],
    { ...patient, photo: [{ data: 'not base64!' }] },
  ],
  [
    'a control character',
    ['400', 'Patient.name[0].family: Invalid string format'],
    { ...patient, name: [{ family: 'a\u0001b' }] },
  ],
  [
    'a number as string',
    ['400', 'Patient.multipleBirth[x]: Invalid JSON type: expected number, but got string'],
    { ...patient, multipleBirthInteger: '2' },
  ],
  [
    'an array where one value belongs',
    ['400', 'Patient.gender: Expected single value for property'],
    { ...patient, gender: ['male'] },
  ],
  [
    'one value where an array belongs',
    ['400', 'Patient.name: Expected array of values for property'],
    { ...patient, name: { family: 'x' } },
  ],
  [
    'an extension without url',
    ['400', 'Patient.extension[0].url: Missing required property'],
    { ...patient, extension: [{ valueString: 'x' }] },
  ],
  [
    'a narrative without div',
    ['400', 'Patient.text.div: Missing required property'],
    { ...patient, text: { status: 'generated' } },
  ],
  [
    'a contained resource with an unknown property',
    ['400', 'Patient.contained[0].nonsense: Invalid additional property "nonsense"'],
    { ...patient, contained: [{ resourceType: 'Organization', id: 'o', nonsense: 1 }] },
  ],
  [
    'a Consent without policy',
    ['400', 'Consent: Constraint ppc-1 not met: Either a Policy or PolicyRule'],
    { resourceType: 'Consent', status: 'active', scope: { text: 'x' }, category: [{ text: 'x' }] },
  ],
  [
    'several faults at once',
    [
      '400',
      'Patient.gender: Expected single value for property',
      'Patient.birthDate: Invalid date format',
      'Patient.nonsense: Invalid additional property "nonsense"',
    ],
    { ...patient, birthDate: 'x', gender: ['male'], nonsense: 1 },
  ],
  ['empty arrays and objects', ['201'], { ...patient, name: [], maritalStatus: {} }],
  ['a status that no value set has', ['201'], { ...observation, status: 'bogus' }],
  ['a reference to nothing', ['201'], { ...observation, subject: { reference: 'Patient/eXYZ' } }],
  ['two values at once', ['201'], { ...observation, valueString: 'a', valueInteger: 1 }],
  [
    'an element that is only an extension',
    ['201'],
    { ...patient, _birthDate: { extension: [{ url: 'urn:x', valueString: 'x' }] } },
  ],
  [
    'a script in the narrative',
    ['201'],
    { ...patient, text: { status: 'generated', div: '<div><script>alert(1)</script></div>' } },
  ],
  ['blanks in an identifier', ['201'], { ...patient, identifier: [{ value: ' a b ' }] }],
];

const refusals = bodies.map(
  ([name, expected, body]): Likeness =>
    likeness(name, expected, async (world) => {
      const meta = { source: newSource(world) };
      const { resourceType } = body as { resourceType: string };
      return issuesOf(await world.member.call('POST', resourceType, { ...body, meta }));
    }),
);

/** Strict mode: what is refused, with which issues, and what is taken all the same. */
export const validation = [
  ...refusals,

  likeness('empty arrays and objects are dropped', ['id', 'meta', 'resourceType'], async (world) => {
    const body = { ...patient, name: [], maritalStatus: {}, meta: { source: newSource(world) } };
    return Object.keys(resourceOf(await world.member.call('POST', 'Patient', body))).toSorted();
  }),

  likeness('numbers pass through JavaScript', ['1.5', '1.1234567890123457', '1000'], async (world) => {
    const values = ['1.50', '1.123456789012345678', '1e3'];
    const extension = values.map((value) => `{"url":"urn:x","valueDecimal":${value}}`);
    const text = `{"resourceType":"Patient","meta":{"source":"${newSource(world)}"},"extension":[${extension}]}`;
    const { id } = resourceOf<Patient>(await world.member.call('POST', 'Patient', text));
    const stored = (await world.member.call('GET', `Patient/${id}`)).text;
    return [...stored.matchAll(/"valueDecimal":([^}]*)/g)].map(([, value]) => value);
  }),

  likeness(
    '$validate says so without storing',
    [
      ['200', ': All OK'],
      ['400', 'Patient.nonsense: Invalid additional property "nonsense"'],
    ],
    async ({ member }) => {
      const answers = [patient, { ...patient, nonsense: 1 }].map((one) =>
        member.call('POST', 'Patient/$validate', one),
      );
      return (await Promise.all(answers)).map(issuesOf);
    },
  ),
];
