import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenRecord, openRecord } from '../../likeness/record/open-record.ts';

let record: OpenRecord;
beforeAll(async () => {
  record = await openRecord();
});
afterAll(() => record.close());

const MALE = 'user/Observation.rs user/Patient.rs?gender=male';
const LEE = 'user/Observation.rs?_compartment={lee} user/Patient.rs?_compartment={lee}';

/** Each was asked of a Medplum 5.0.10 server, with a sign-in of the same scopes. */
const GUARDED: [scope: string, question: string, found: string[]][] = [
  ['user/Observation.rs', 'Observation?_id={o1}&_include=Observation:subject', ['o1']],
  [MALE, 'Observation?_id={o1},{o3}&_include=Observation:subject', ['+lee', 'o1', 'o3']],
  [LEE, 'Observation', ['o3', 'o4']],
  [LEE, 'Observation?_include=Observation:has-member', ['o3', 'o4']],
  [LEE, 'Patient?_revinclude=Observation:subject', ['+o3', '+o4', 'lee']],
  [LEE, 'Patient?_has:Observation:subject:status=amended', []],
  [
    'user/Observation.rs?status=final user/Patient.rs',
    'Patient?_id={kim}&_revinclude=Observation:subject',
    ['+o1', 'kim'],
  ],
  ['user/*.rs?_compartment={lee}', 'Patient/{lee}/$everything', ['lee', 'o3', 'o4']],
];

/** What the switch closes: with it as on 5.0.10, and without. */
const GAPS: [scope: string, question: string, real: string[], closed: string[]][] = [
  ['user/Observation.rs', 'Observation?subject:Patient.family=lee', ['o3', 'o4'], []],
  [MALE, 'Observation?subject:Patient.name=kim', ['o1', 'o2', 'o3', 'o4'], ['o3', 'o4']],
  [LEE, 'Observation?has-member:Observation.subject:Patient.name=ann', ['o4'], []],
  ['user/Patient.rs', 'Patient?_has:Observation:subject:code=8867-4', ['kim'], []],
  ['user/Observation.rs?status=final user/Patient.rs', 'Patient?_has:Observation:subject:status=amended', ['kim'], []],
];

/** Signed in within a scope, what a question finds, under names. */
async function ask(scope: string, question: string) {
  const call = await record.within(scope);
  return record.found(await call('GET', record.at(question)));
}

test.each(GUARDED)('within %s, %s finds what the policy lets see', async (scope, question, found) => {
  expect(await ask(scope, question)).toEqual(found);
});

test.each(GAPS)(
  'within %s, %s looks past the policy as 5.0.10 does, unless the switch is off',
  async (scope, question, real, closed) => {
    expect(await ask(scope, question)).toEqual(real);
    record.server.switches.policyGaps = false;
    try {
      expect(await ask(scope, question)).toEqual(closed);
    } finally {
      record.server.switches.policyGaps = true;
    }
  },
);

test('by a practitioner whom two patients share one finds out what the other holds, unless the switch is off', async () => {
  const generalPractitioner = [{ reference: record.at('Practitioner/{doc}') }];
  await record.medplum.createResource({ resourceType: 'Patient', birthDate: '1971-02-03', generalPractitioner });
  const scope = 'user/Patient.rs?_compartment={kim}';
  const born = 'Patient?general-practitioner:Practitioner._has:Patient:general-practitioner:birthdate=1971-02-0';
  expect([await ask(scope, `${born}3`), await ask(scope, `${born}4`)]).toEqual([['kim'], []]);
  record.server.switches.policyGaps = false;
  expect(await ask(scope, `${born}3`)).toEqual([]);
  record.server.switches.policyGaps = true;
});

test('_revinclude brings resources of a type that no rule names, as on 5.0.10, unless the switch is off', async () => {
  const call = await record.within('user/Patient.rs');
  const question = record.at('Patient?_id={kim}&_revinclude=Observation:subject');
  expect(record.found(await call('GET', question))).toEqual(['+o1', '+o2', 'kim']);
  expect((await call('GET', 'Observation')).status).toBe(403);
  record.server.switches.policyGaps = false;
  expect((await call('GET', question)).status).toBe(403);
  record.server.switches.policyGaps = true;
});

describe('GraphQL', () => {
  const graphql = async (scope: string, query: string) => {
    const call = await record.within(scope);
    return (await call('POST', '$graphql', { query: record.at(query) })).text;
  };

  test.each([
    ['user/Patient.rs', '{ Patient(id: "{kim}") { ObservationList(_reference: subject) { id } } }', 'Forbidden'],
    ['user/Observation.rs', '{ Observation(id: "{o1}") { subject { resource { __typename } } } }', 'Forbidden'],
    [MALE, '{ Observation(id: "{o1}") { subject { resource { __typename } } } }', 'Not found'],
    [MALE, '{ Patient(id: "{kim}") { birthDate } }', 'Not found'],
    [LEE, '{ Observation(id: "{o4}") { hasMember { resource { __typename } } } }', 'Not found'],
    ['user/Patient.rs', 'mutation { PatientDelete(id: "{kim}") { id } }', 'Forbidden'],
  ])('within %s, %s is told "%s" and nothing else', async (scope, query, message) => {
    const text = await graphql(scope, query);
    expect(text).toContain(`"message":"${message}"`);
    expect(text).not.toMatch(/1980-05-17|"__typename"/);
  });

  test('a list has what the policy lets see', async () => {
    const { data } = JSON.parse(await graphql(MALE, '{ PatientList(name: "kim") { gender } }'));
    expect(data).toEqual({ PatientList: [{ gender: 'male' }] });
  });
});

test('$everything is refused to whoever may not search all types of the compartment', async () => {
  const call = await record.within('user/Patient.rs user/Observation.rs');
  expect((await call('GET', record.at('Patient/{kim}/$everything'))).status).toBe(403);
  const everyone = await record.within('user/*.rs?_compartment={lee}');
  expect((await everyone('GET', record.at('Patient/{kim}/$everything'))).status).toBe(404);
});
