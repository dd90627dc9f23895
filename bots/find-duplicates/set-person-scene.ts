import { SAME_PERSON_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import { getReferenceString, type MedplumClient, type WithId } from '@medplum/core';
import type { Patient, Resource, Task } from '@medplum/fhirtypes';
import { comparePeople, type PersonVerdict } from './compare-people.ts';
import { escaped } from './escape-search.ts';
import type { Known } from './plan-cluster.ts';
import { byReference, searchMany, searchUrl } from './read-many.ts';
import type { Scene } from './scene.ts';

/** As many as are compared of one search. */
const MAX_CANDIDATES = 200;

/** Two Patients of whom nobody knows yet whether they are one person. */
export interface Doubt {
  readonly pair: readonly [Patient & { id: string }, Patient & { id: string }];
  readonly verdict: PersonVerdict;
}

export interface PersonScene extends Scene {
  /** What a person has to be asked about; what was asked before is not among it. */
  readonly doubts: readonly Doubt[];
}

type StoredPatient = WithId<Patient>;

/** A Patient among all those of the project who could be the same person. */
export async function setPersonScene(medplum: MedplumClient, patient: StoredPatient): Promise<PersonScene> {
  const bodies = new Map<string, StoredPatient>([[getReferenceString(patient), patient]]);
  const answers = new Map<string, Task['status']>();
  const add = async (found: readonly Resource[]): Promise<Known[]> => {
    const people = found.filter((one): one is StoredPatient => one.resourceType === 'Patient' && !!one.id);
    for (const one of people) bodies.set(getReferenceString(one), one);
    await readAnswers(medplum, [...bodies.values()], answers);
    return people.map(knownOf);
  };
  const ruleFor = (one: Known, other: Known): string | undefined => {
    const [a, b] = [bodies.get(one.reference), bodies.get(other.reference)];
    return a && b && ruleForPair(a, b, answers);
  };
  const own = knownOf(patient);
  const candidates = (await add(await searchMany(medplum, searchesFor(patient)))).filter(
    ({ reference }) => reference !== own.reference,
  );
  const doubts = candidates.flatMap(({ reference }): Doubt[] => {
    const other = bodies.get(reference);
    if (!other || isLinked(patient, other) || answers.has(pairKey(patient, other))) return [];
    const verdict = comparePeople(patient, other, chartOf(patient) === chartOf(other));
    return verdict.verdict === 'unsure' ? [{ pair: [patient, other], verdict }] : [];
  });
  return {
    own,
    matches: candidates.filter((one) => ruleFor(own, one)).toSorted((a, b) => (a.reference < b.reference ? -1 : 1)),
    account: (members) => accountOf(members.map(({ reference }) => bodies.get(reference))),
    readMore: async (references) => add(await searchMany(medplum, byReference(references))),
    ruleFor,
    doubts,
  };
}

/** The chart that a source's Patient was bound to; any other is a chart itself. */
export function chartOf({ id, link }: Patient): string {
  return link?.find(({ type }) => type === 'replaced-by')?.other.reference ?? `Patient/${id}`;
}

/** What is asked about two: once about two charts, however many sources each has. */
export function pairKey(one: Patient, other: Patient): string {
  const charts = [chartOf(one), chartOf(other)];
  const asked = charts[0] === charts[1] ? [`Patient/${one.id}`, `Patient/${other.id}`] : charts;
  return asked
    .map((reference) => reference.split('/')[1] ?? '')
    .sort()
    .join('.');
}

function ruleForPair(one: StoredPatient, other: StoredPatient, answers: ReadonlyMap<string, Task['status']>) {
  if (isLinked(one, other)) return undefined;
  const answer = answers.get(pairKey(one, other));
  if (answer === 'completed') return 'person-confirmed';
  if (answer === 'rejected') return undefined;
  const { verdict, points } = comparePeople(one, other, chartOf(one) === chartOf(other));
  if (verdict !== 'same') return undefined;
  return (points.identifier ?? 0) > 0 ? 'person-same-identifier' : 'person-same-traits';
}

/** What the import or somebody else has linked already. */
function isLinked(one: StoredPatient, other: StoredPatient): boolean {
  const names = (a: Patient, b: StoredPatient) => a.link?.some((link) => link.other.reference === `Patient/${b.id}`);
  return (names(one, other) || names(other, one)) ?? false;
}

/** By identifiers, birth date, telecom, full name (a birth date may be mistyped), and the others of the same chart. */
function searchesFor({ id, identifier = [], birthDate, telecom = [], name = [], link }: StoredPatient): string[] {
  const numbers = identifier.flatMap(({ system, value }) => (system && value ? [escaped(system, value)] : []));
  const contacts = (kind: string) =>
    telecom.flatMap(({ system, value }) => (system === kind && value ? escaped(value) : []));
  const names = name.flatMap(({ family, given }) => (family && given?.[0] ? [[family, given[0]] as const] : []));
  const chart = chartOf({ resourceType: 'Patient', id, ...(link && { link }) });
  const queries: [string, string][][] = [
    ...listed('identifier', numbers),
    ...listed('birthdate', birthDate?.length === 10 ? [birthDate] : []),
    ...listed('phone', contacts('phone')),
    ...listed('email', contacts('email')),
    ...names.slice(0, 2).map(([family, given]): [string, string][] => [
      ['family', escaped(family)],
      ['given', escaped(given)],
    ]),
    [['link', chart]],
  ];
  return queries.map((query) => searchUrl('Patient', [...query, ['_count', `${MAX_CANDIDATES}`]]));
}

function listed(name: string, values: readonly string[]): [string, string][][] {
  return values.length > 0 ? [[[name, [...new Set(values)].slice(0, 10).join(',')]]] : [];
}

/** What people have said of those pairs that are worth a question. */
async function readAnswers(
  medplum: MedplumClient,
  people: readonly StoredPatient[],
  answers: Map<string, Task['status']>,
): Promise<void> {
  const keys = new Set<string>();
  people.forEach((one, at) => {
    for (const other of people.slice(at + 1)) {
      if (comparePeople(one, other, chartOf(one) === chartOf(other)).verdict !== 'different')
        keys.add(pairKey(one, other));
    }
  });
  const wanted = [...keys].filter((key) => !answers.has(key));
  if (wanted.length === 0) return;
  const identifier = wanted.map((key) => `${SAME_PERSON_SYSTEM}|${key}`).join(',');
  const tasks = (await searchMany(medplum, [
    searchUrl('Task', [
      ['identifier', identifier],
      ['_count', '1000'],
    ]),
  ])) as Task[];
  for (const { identifier: ids = [], status } of tasks) {
    const key = ids.find(({ system }) => system === SAME_PERSON_SYSTEM)?.value;
    if (key !== undefined && status) answers.set(key, status);
  }
}

/** A cluster of one chart is in its compartment; who else has a chart here is no patient's to know. */
function accountOf(people: readonly (Patient | undefined)[]): string | undefined {
  const charts = new Set(people.map((one) => one && chartOf(one)));
  const [chart, ...others] = charts;
  return others.length === 0 ? chart : undefined;
}

/** Each Patient is a source of its own: a portal may keep one person twice. */
function knownOf(patient: StoredPatient): Known {
  const reference = getReferenceString(patient);
  return { reference, source: reference };
}
