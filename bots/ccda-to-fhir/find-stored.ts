import type { MedplumClient } from '@medplum/core';
import type { Bundle, Medication, MedicationStatement, Patient, Reference, Resource } from '@medplum/fhirtypes';
import { describeFact, type FactDescription, type FactResource } from './describe-fact.ts';
import type { Fact } from './make-facts.ts';

/** What may say the same as a fact. */
export type StoredFact = (FactResource | MedicationStatement) & { id: string };

/** By which parameter a type is searched for codes; the others are read whole: they have no code, or hide it in a Medication. */
const CODE_PARAMETERS: Readonly<Partial<Record<FactResource['resourceType'], string>>> = {
  AllergyIntolerance: 'code',
  Condition: 'code',
  Immunization: 'vaccine-code',
  // Those of components too: a blood pressure.
  Observation: 'combo-code',
  Procedure: 'code',
};

const CODES_PER_SEARCH = 40;
const PAGE = 1_000;
/** Of one search: as far as Medplum counts with `_offset`. Nobody has more encounters; codes and years divide the rest. */
const MAX_PAGES = 10;

/** What the patient's record holds that could be one of these facts. As batches: URLs of searches stand in a server's log. */
export async function findStored(
  medplum: MedplumClient,
  patient: Reference<Patient> & { reference: string },
  facts: readonly Fact[],
): Promise<StoredFact[]> {
  const searches = searchesFor(facts).map((search) => `${search}&patient=${patient.reference}&_count=${PAGE}`);
  const found = (await searchAll(medplum, searches)) as StoredFact[];
  return withDrugs(medplum, found);
}

function searchesFor(facts: readonly Fact[]): string[] {
  const types = new Set(facts.map(({ resource }) => resource.resourceType));
  return [...types].flatMap((type) => {
    const parameter = CODE_PARAMETERS[type];
    if (type === 'MedicationRequest') return [`${type}?`, 'MedicationStatement?'];
    const described = facts.map(({ resource }) => describeFact(resource)).filter((each) => each.type === type);
    // Words are searched for in no type that a record has thousands of.
    const isByWords = type !== 'Observation' && described.some((each) => each.codes.length === 0);
    if (!parameter || isByWords) return [`${type}?`];
    if (type !== 'Observation') return listsOf(described).map((list) => `${type}?${parameter}=${list}`);
    const dated = described.filter(({ date }) => date !== undefined);
    const undated = described.filter(({ date }) => date === undefined);
    return [
      ...listsOf(dated).flatMap((list) => yearsOf(dated).map((years) => `${type}?${parameter}=${list}&${years}`)),
      ...listsOf(undated).map((list) => `${type}?${parameter}=${list}`),
    ];
  });
}

function listsOf(described: readonly FactDescription[]): string[] {
  const codes = [...new Set(described.flatMap((each) => each.codes))].map(encode);
  return Array.from({ length: Math.ceil(codes.length / CODES_PER_SEARCH) }, (_, n) =>
    codes.slice(n * CODES_PER_SEARCH, (n + 1) * CODES_PER_SEARCH).join(','),
  );
}

/**
 * Conditions on `date` for each run of years in which there are facts: a record may have thousands of one measurement. Whole
 * years, as a date may say no more, and the days around them for every time zone.
 */
function yearsOf(dated: readonly FactDescription[]): string[] {
  const years = new Set(dated.flatMap(({ date }) => (date ? Number(date.slice(0, 4)) : [])));
  const sorted = [...years].toSorted((a, b) => a - b);
  const firsts = sorted.filter((year) => !years.has(year - 1));
  const lasts = sorted.filter((year) => !years.has(year + 1));
  return firsts.map((first, n) => `date=ge${first - 1}-12-30&date=le${(lasts[n] ?? first) + 1}-01-02`);
}

function encode(code: string): string {
  const [system = '', value = ''] = code.split(/\|(.*)/);
  return encodeURIComponent([system, value].map((part) => part.replace(/[\\,|$]/g, '\\$&')).join('|'));
}

async function searchAll(medplum: MedplumClient, searches: readonly string[]): Promise<Resource[]> {
  const found: Resource[] = [];
  let open = searches;
  for (let page = 0; page < MAX_PAGES && open.length > 0; page++) {
    const entry = open.map((url) => ({ request: { method: 'GET' as const, url: `${url}&_offset=${page * PAGE}` } }));
    const answer = await medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
    const pages = open.map((_, position) => readPage(answer.entry?.[position]));
    found.push(...pages.flat());
    open = open.filter((_, position) => pages[position]?.length === PAGE);
  }
  if (open.length > 0) throw new Error(`a search found more than ${MAX_PAGES * PAGE} resources that may say the same`);
  return found;
}

function readPage(entry: NonNullable<Bundle['entry']>[number] | undefined): Resource[] {
  const { resource, response } = entry ?? {};
  // Without what is there already everything would be doubled: better to fail, and be run again.
  if (resource?.resourceType !== 'Bundle') throw new Error(`a search was answered with status ${response?.status}`);
  return resource.entry?.flatMap((each) => each.resource ?? []) ?? [];
}

/** Puts the code of a drug into what refers to it. */
async function withDrugs(medplum: MedplumClient, stored: readonly StoredFact[]): Promise<StoredFact[]> {
  const all = [...new Set(stored.flatMap((each) => drugId(each) ?? []))];
  const searches = Array.from({ length: Math.ceil(all.length / 100) }, (_, n) => {
    return `Medication?_id=${all.slice(n * 100, (n + 1) * 100).join(',')}&_count=${PAGE}`;
  });
  const drugs = new Map((await searchAll(medplum, searches)).map((drug) => [drug.id ?? '', drug as Medication]));
  return stored.map((each) => withDrug(each, drugs));
}

function withDrug(stored: StoredFact, drugs: ReadonlyMap<string, Medication>): StoredFact {
  if (stored.resourceType !== 'MedicationRequest' && stored.resourceType !== 'MedicationStatement') return stored;
  const reference = stored.medicationReference?.reference ?? '';
  const contained = stored.contained?.find(({ id }) => reference === `#${id}`);
  const drug = contained?.resourceType === 'Medication' ? contained : drugs.get(drugId(stored) ?? '');
  return drug?.code ? { ...stored, medicationCodeableConcept: drug.code } : stored;
}

function drugId(stored: StoredFact): string | undefined {
  if (stored.resourceType !== 'MedicationRequest' && stored.resourceType !== 'MedicationStatement') return undefined;
  return /^Medication\/([\w-]+)$/.exec(stored.medicationReference?.reference ?? '')?.[1];
}
