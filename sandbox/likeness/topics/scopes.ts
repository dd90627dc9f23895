import { likeness } from '../likeness.ts';
import { recordOf } from '../record/record-of.ts';
import { said } from '../said.ts';

const MALE = 'user/Observation.rs user/Patient.rs?gender=male';
const LEE = 'user/Observation.rs?_compartment={lee} user/Patient.rs?_compartment={lee}';
const FINAL = 'user/Observation.rs?status=final user/Patient.rs';

/** What a sign-in narrowed by SMART scopes finds: as an AccessPolicy would limit it. Some of it should not be found. */
const searches: readonly [scope: string, search: string, answer: string][] = [
  ['user/Patient.rs', 'Observation?_id={o1}', '403 Forbidden'],
  ['user/Patient.read', 'Patient?_id={kim}', 'kim'],
  ['openid user/Nonsense.rs', 'Patient?_id={kim}', '403 Forbidden'],
  ['openid nonsense', 'Patient?_id={kim}', 'kim'],
  [LEE, 'Observation', 'o3 o4'],
  [LEE, 'Observation?_include=Observation:has-member', 'o3 o4'],
  [LEE, 'Patient?_revinclude=Observation:subject', '+o3 +o4 lee'],
  [LEE, 'Patient?_has:Observation:subject:status=amended', ''],
  [MALE, 'Observation?_id={o1},{o3}&_include=Observation:subject', '+lee o1 o3'],
  [FINAL, 'Patient?_id={kim}&_revinclude=Observation:subject', '+o1 kim'],
  ['user/Observation.rs', 'Observation?_id={o1}&_include=Observation:subject', 'o1'],
  ['user/*.rs?_compartment={lee}', 'Patient/{lee}/$everything', 'lee o3 o4'],
  ['user/*.rs?_compartment={lee}', 'Patient/{kim}/$everything', '404 Not found'],
  ['user/Patient.rs', 'Patient/{kim}/$everything', '403 Forbidden'],
  ['user/Patient.rs?gender=male', 'Patient/{kim}', '404 Not found'],
  // The gaps of 5.0.10 (docs/decisions/0044).
  ['user/Patient.rs', 'Patient?_id={kim}&_revinclude=Observation:subject', '+o1 +o2 kim'],
  ['user/Patient.rs', 'Patient?_id={kim}&_has:Observation:subject:code=8867-4', 'kim'],
  ['user/Observation.rs', 'Observation?_id={o1},{o3}&subject:Patient.family=lee', 'o3'],
  [MALE, 'Observation?_id={o1},{o3}&subject:Patient.name=kim', 'o1 o3'],
  [LEE, 'Observation?has-member:Observation.subject:Patient.name=ann', 'o4'],
  [FINAL, 'Patient?_id={kim}&_has:Observation:subject:status=amended', 'kim'],
];

const queries: readonly [scope: string, query: string, answer: string][] = [
  ['user/Patient.rs', '{ Patient(id: "{kim}") { ObservationList(_reference: subject) { status } } }', 'Forbidden'],
  ['user/Observation.rs', '{ Observation(id: "{o1}") { subject { resource { __typename } } } }', 'Forbidden'],
  [MALE, '{ Observation(id: "{o1}") { subject { resource { __typename } } } }', 'Not found'],
  [MALE, '{ Patient(id: "{kim}") { birthDate } }', 'Not found'],
  [LEE, '{ Observation(id: "{o4}") { hasMember { resource { __typename } } } }', 'Not found'],
  ['user/Patient.rs', 'mutation { PatientDelete(id: "{kim}") { id } }', 'Forbidden'],
];

/** SMART scopes, and what an AccessPolicy guards on the way through chains, includes, `$everything` and GraphQL. */
export const scopes = [
  ...searches.map(([scope, search, answer]) =>
    likeness(`${scope} asks ${search}`, answer, async (world) => {
      const { within, found } = await recordOf(world);
      const reply = await within(scope, 'GET', search);
      return reply.status === 200 ? found(reply) : said(reply);
    }),
  ),
  likeness(
    'who sees one patient finds out by trial when another of the same practitioner was born',
    [['kim'], ['kim'], []],
    async (world) => {
      const { at, within, found } = await recordOf(world);
      const generalPractitioner = [{ reference: at('Practitioner/{doc}') }];
      await world.member.call('POST', 'Patient', {
        resourceType: 'Patient',
        birthDate: '1971-02-03',
        generalPractitioner,
      });
      const scope = 'user/Patient.rs?_compartment={kim}';
      const chain = 'general-practitioner:Practitioner._has:Patient:general-practitioner:birthdate';
      const answers: string[][] = [];
      for (const path of ['Patient', `Patient?${chain}=1971-02-03`, `Patient?${chain}=1971-02-04`]) {
        answers.push(
          found(await within(scope, 'GET', path))
            .split(' ')
            .filter(Boolean),
        );
      }
      return answers;
    },
  ),
  ...queries.map(([scope, query, answer]) =>
    likeness(`${scope} asks ${query}`, [200, [answer]], async (world) => {
      const { within, at } = await recordOf(world);
      const { status, json } = await within(scope, 'POST', '$graphql', { query: at(query) });
      return [status, (json as { errors?: { message: string }[] }).errors?.map(({ message }) => message)];
    }),
  ),
];
