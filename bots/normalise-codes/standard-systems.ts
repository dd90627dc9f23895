/** Code systems that codes are added of. */
export const STANDARD_SYSTEMS = {
  loinc: 'http://loinc.org',
  snomed: 'http://snomed.info/sct',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  cvx: 'http://hl7.org/fhir/sid/cvx',
  ucum: 'http://unitsofmeasure.org',
} as const;

const ALL: readonly string[] = Object.values(STANDARD_SYSTEMS);

/** The same systems as some sources name them. */
const OIDS: Readonly<Record<string, string>> = {
  'urn:oid:2.16.840.1.113883.6.1': STANDARD_SYSTEMS.loinc,
  'urn:oid:2.16.840.1.113883.6.96': STANDARD_SYSTEMS.snomed,
  'urn:oid:2.16.840.1.113883.6.88': STANDARD_SYSTEMS.rxnorm,
  'urn:oid:2.16.840.1.113883.12.292': STANDARD_SYSTEMS.cvx,
  'urn:oid:2.16.840.1.113883.6.59': STANDARD_SYSTEMS.cvx,
  'urn:oid:2.16.840.1.113883.6.8': STANDARD_SYSTEMS.ucum,
};

/** A code system by the name that FHIR has for it. */
export function standardName(system: string | undefined): string | undefined {
  return OIDS[system ?? ''] ?? system;
}

export function isStandard(system: unknown): boolean {
  return typeof system === 'string' && ALL.includes(system);
}

/** Whether a map may say something of codes of this system. HL7's own code systems are standards of another kind. */
export function isLocal(system: unknown): boolean {
  if (typeof system !== 'string' || system === '' || isStandard(system)) return false;
  const isHl7 = system.startsWith('http://terminology.hl7.org/') || system.startsWith('http://hl7.org/fhir/');
  return !isHl7 || system.startsWith('http://hl7.org/fhir/sid/');
}
