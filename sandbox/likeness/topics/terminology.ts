import type { Parameters } from '@medplum/fhirtypes';
import { likeness } from '../likeness.ts';
import { said } from '../said.ts';

const GENDER = 'http://hl7.org/fhir/administrative-gender';
const GENDERS = 'http://hl7.org/fhir/ValueSet/administrative-gender';

/** What is asked, and what is answered: an outcome, or each parameter. */
const questions: readonly [question: string, answer: unknown][] = [
  [`CodeSystem/$lookup?system=${GENDER}&code=male`, ['name AdministrativeGender', 'display Male']],
  [`CodeSystem/$lookup?system=${GENDER}&code=none`, '404 Not found'],
  ['CodeSystem/$lookup?system=http://example.com/none&code=x', '400 CodeSystem http://example.com/none not found'],
  [`CodeSystem/$lookup?system=${GENDER}`, '400 No coding specified'],
  ['CodeSystem/$lookup?code=male', '400 No code system specified'],
  [`CodeSystem/$validate-code?url=${GENDER}&code=male`, ['result true', 'display Male']],
  [`CodeSystem/$validate-code?url=${GENDER}&code=none`, ['result false']],
  ['CodeSystem/$validate-code?url=http://example.com/none&code=x', ['result true']],
  ['CodeSystem/$validate-code?code=x', '400 No code system specified'],
  [`CodeSystem/$validate-code?url=${GENDER}`, '400 No coding specified'],
  [`ValueSet/$validate-code?url=${GENDERS}&system=${GENDER}&code=female`, ['result true', 'display Female']],
  [`ValueSet/$validate-code?url=${GENDERS}&system=${GENDER}&code=none`, ['result false']],
  [`ValueSet/$validate-code?url=${GENDERS}&system=http://example.com/none&code=male`, ['result false']],
  [`ValueSet/$validate-code?url=${GENDERS}&code=male`, '400 No coding specified'],
  [
    'ValueSet/$validate-code?url=http://example.com/none&system=x&code=y',
    '400 ValueSet http://example.com/none not found',
  ],
  [`ValueSet/$validate-code?system=${GENDER}&code=male`, '400 No ValueSet specified'],
  ['ValueSet/$expand', '400 Missing url'],
];

/** `$lookup` and `$validate-code`, of what the specification brings along. */
export const terminology = [
  ...questions.map(([question, answer]) =>
    likeness(question, answer, async ({ member }) => {
      const reply = await member.call('GET', question);
      return reply.status === 200 ? told(reply.json as Parameters) : said(reply);
    }),
  ),

  likeness(
    'a Coding in Parameters',
    [
      ['name AdministrativeGender', 'display Other'],
      ['result true', 'display Other'],
    ],
    async ({ member }) => {
      const coding = { name: 'coding', valueCoding: { system: GENDER, code: 'other' } };
      const body = (url: string) => ({
        resourceType: 'Parameters',
        parameter: [coding, ...(url ? [{ name: 'url', valueUri: url }] : [])],
      });
      const lookedUp = await member.call('POST', 'CodeSystem/$lookup', body(''));
      const validated = await member.call('POST', 'ValueSet/$validate-code', body(GENDERS));
      return [told(lookedUp.json as Parameters), told(validated.json as Parameters)];
    },
  ),
];

function told({ parameter = [] }: Parameters): string[] {
  return parameter.map(({ name, valueString, valueBoolean }) => `${name} ${valueString ?? valueBoolean}`);
}
