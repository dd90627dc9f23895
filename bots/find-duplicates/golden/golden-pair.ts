import type { CodeableConcept, Coding, Medication, Resource } from '@medplum/fhirtypes';

/** Two records of two sources, and what a clinician says of them. */
export interface GoldenPair<T extends Resource = Resource> {
  /** The situation that it is an example of. */
  readonly about: string;
  /** Whether both tell of the same thing. */
  readonly isSame: boolean;
  readonly one: T;
  readonly other: T;
  readonly medications?: ReadonlyMap<string, Medication>;
}

export const SUBJECT = { reference: 'Patient/11111111-1111-4111-8111-111111111111' };

/** Systems by their short names. */
const URLS = {
  loinc: 'http://loinc.org',
  sct: 'http://snomed.info/sct',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  ndc: 'http://hl7.org/fhir/sid/ndc',
  icd10: 'http://hl7.org/fhir/sid/icd-10-cm',
  cpt: 'http://www.ama-assn.org/go/cpt',
  cvx: 'http://hl7.org/fhir/sid/cvx',
  unii: 'http://fdasis.nlm.nih.gov',
  own: 'urn:oid:1.2.840.114350.1.13.99.2.7.2',
} as const;

/** `sct|44054006|Diabetes mellitus type 2`: system, code, display. A part without a bar is the text. */
export function concept(...parts: readonly string[]): CodeableConcept {
  const coding = parts.flatMap((part): Coding[] => {
    const [system = '', code, display] = part.split('|');
    if (code === undefined) return [];
    return [{ system: URLS[system as keyof typeof URLS], code, ...(display && { display }) }];
  });
  const text = parts.find((part) => !part.includes('|'));
  return { ...(coding.length > 0 && { coding }), ...(text !== undefined && { text }) };
}

/** A day some days after another, YYYY-MM-DD. */
export function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
}
