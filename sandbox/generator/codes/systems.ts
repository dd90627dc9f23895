/** Names of the code systems that generated records use. */
export const SNOMED = 'http://snomed.info/sct';
export const LOINC = 'http://loinc.org';
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
export const CVX = 'http://hl7.org/fhir/sid/cvx';
export const ICD_10 = 'http://hl7.org/fhir/sid/icd-10-cm';
export const UCUM = 'http://unitsofmeasure.org';
export const NPI = 'http://hl7.org/fhir/sid/us-npi';

/** A code that exists, with the words of its code system. */
export interface Code {
  readonly code: string;
  readonly display: string;
}

/** A CodeableConcept of one coding. */
export function concept(system: string, { code, display }: Code) {
  return { coding: [{ system, code, display }], text: display };
}
