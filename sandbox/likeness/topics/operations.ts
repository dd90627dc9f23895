import type { CapabilityStatement, ValueSet } from '@medplum/fhirtypes';
import { likeness } from '../likeness.ts';
import { said } from '../said.ts';

/** What is no plain read or write. */
export const operations = [
  likeness('/metadata and /healthcheck need no token', [200, 200, 200, 200, 401], async ({ baseUrl }) => {
    const answers = ['fhir/R4/metadata', 'healthcheck', 'fhir/R4/$versions', '', 'fhir/R4/Patient'].map((path) =>
      fetch(`${baseUrl}${path}`),
    );
    return (await Promise.all(answers)).map(({ status }) => status);
  }),

  likeness(
    'what /metadata says of a type',
    {
      fhirVersion: '4.0.1',
      kind: 'instance',
      format: ['json'],
      interaction: ['read', 'vread', 'update', 'patch', 'delete', 'history-instance', 'create', 'search-type'],
      versioning: 'versioned',
      parameters: [
        'active',
        'address',
        'address-city',
        'address-country',
        'address-postalcode',
        'address-state',
        'address-use',
        'birthdate',
        'death-date',
        'deceased',
        'email',
        'ethnicity',
        'family',
        'gender',
        'gender-identity',
        'general-practitioner',
        'given',
        'identifier',
        'language',
        'link',
        'name',
        'organization',
        'phone',
        'phonetic',
        'race',
        'telecom',
      ],
    },
    async ({ member }) => {
      const {
        rest = [],
        fhirVersion,
        kind,
        format,
      } = (await member.call('GET', 'metadata')).json as CapabilityStatement;
      const patient = rest[0]?.resource?.find(({ type }) => type === 'Patient');
      return {
        fhirVersion,
        kind,
        format,
        interaction: patient?.interaction?.map(({ code }) => code),
        versioning: patient?.versioning,
        parameters: patient?.searchParam
          ?.map(({ name }) => name)
          .filter((name) => !name.startsWith('_'))
          .toSorted(),
      };
    },
  ),

  likeness('/healthcheck says that all is well', [true, 'string'], async ({ baseUrl }) => {
    const { ok, version } = (await (await fetch(`${baseUrl}healthcheck`)).json()) as { ok?: boolean; version?: string };
    return [ok, typeof version];
  }),

  likeness('an operation that does not exist is 404', ['404 Not found', '404 Not found'], async ({ member }) => [
    said(await member.call('GET', 'Patient/$nonsense')),
    said(await member.call('POST', 'Patient/$nonsense', {})),
  ]),

  likeness(
    'ValueSet/$expand of a value set of the specification',
    ['200', ['female', 'male', 'other', 'unknown']],
    async ({ member }) => {
      const url = encodeURIComponent('http://hl7.org/fhir/ValueSet/administrative-gender');
      const answer = await member.call('GET', `ValueSet/$expand?url=${url}&count=10`);
      const codes = (answer.json as ValueSet).expansion?.contains?.map(({ code }) => code).toSorted();
      return [said(answer), codes];
    },
  ),

  likeness(
    'ValueSet/$expand of one that there is not',
    '400 ValueSet http://example.com/nowhere not found',
    async ({ member }) => said(await member.call('GET', 'ValueSet/$expand?url=http://example.com/nowhere')),
  ),
];
