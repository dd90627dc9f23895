import type { CodeableConcept } from '@medplum/fhirtypes';

/**
 * The code systems whose codes mean the same whoever sends them, under all the names that sources give them; the first is
 * FHIR's. Codes of other systems are a source's own and tell nothing across sources.
 */
const SYSTEMS: Readonly<Record<string, readonly string[]>> = {
  loinc: ['http://loinc.org', 'urn:oid:2.16.840.1.113883.6.1'],
  sct: ['http://snomed.info/sct', 'urn:oid:2.16.840.1.113883.6.96'],
  rxnorm: ['http://www.nlm.nih.gov/research/umls/rxnorm', 'urn:oid:2.16.840.1.113883.6.88'],
  ndc: ['http://hl7.org/fhir/sid/ndc', 'urn:oid:2.16.840.1.113883.6.69'],
  icd10: ['http://hl7.org/fhir/sid/icd-10-cm', 'http://hl7.org/fhir/sid/icd-10', 'urn:oid:2.16.840.1.113883.6.90'],
  icd10pcs: ['http://www.cms.gov/Medicare/Coding/ICD10', 'urn:oid:2.16.840.1.113883.6.4'],
  cpt: ['http://www.ama-assn.org/go/cpt', 'urn:oid:2.16.840.1.113883.6.12'],
  hcpcs: ['http://terminology.hl7.org/CodeSystem/HCPCS', 'urn:oid:2.16.840.1.113883.6.285'],
  cvx: ['http://hl7.org/fhir/sid/cvx', 'urn:oid:2.16.840.1.113883.12.292'],
  unii: ['http://fdasis.nlm.nih.gov', 'urn:oid:2.16.840.1.113883.4.9'],
};

const NAMES = new Map(Object.entries(SYSTEMS).flatMap(([name, urls]) => urls.map((url) => [url, name] as const)));

/** The standard codes of a concept as `system|code`, such as `icd10|E119`: short names, one spelling for each code. */
export function codesOf(concept: CodeableConcept | undefined): string[] {
  const codes = concept?.coding?.flatMap(({ system, code }) => {
    const name = NAMES.get(system ?? '');
    return name && code ? `${name}|${spell(name, code)}` : [];
  });
  return [...new Set(codes)];
}

/** What such a code is searched by: tokens of a FHIR search, in every spelling that a source may have sent. */
export function tokensOf(key: string): string[] {
  const [name = '', code = ''] = key.split('|');
  const spellings = name === 'icd10' && code.length > 3 ? [code, `${code.slice(0, 3)}.${code.slice(3)}`] : [code];
  return (SYSTEMS[name] ?? []).flatMap((url) => spellings.map((spelling) => `${url}|${spelling}`));
}

/** A name of a thing is never longer; looking for patterns in what is would take long. */
const MAX_TEXT = 300;

/** All that a concept is called: its text, and what its codes are displayed as. */
export function textsOf(concept: CodeableConcept | undefined): string[] {
  const texts = [concept?.text, ...(concept?.coding ?? []).map(({ display }) => display)];
  return [...new Set(texts.flatMap((text) => (text?.trim() ? text.slice(0, MAX_TEXT) : [])))];
}

function spell(name: string, code: string): string {
  const trimmed = code.trim().toUpperCase();
  if (name === 'icd10') return withoutEncounter(trimmed.replace('.', ''));
  if (name === 'ndc') return productOf(trimmed);
  return name === 'cvx' ? trimmed.padStart(2, '0') : trimmed;
}

/** Of an injury, the last of seven characters says only which visit it is about: first, later, long after. */
function withoutEncounter(code: string): string {
  return /^[ST]\w{6}$/.test(code) ? code.slice(0, 6) : code;
}

/** Labeller and product of an NDC, nine digits: the last two are the size of the package. Written with 10 digits or 11. */
function productOf(code: string): string {
  const [labeller, product] = code.split('-');
  if (labeller !== undefined && product !== undefined) return `${labeller.padStart(5, '0')}${product.padStart(4, '0')}`;
  return code.length === 11 ? code.slice(0, 9) : code;
}
