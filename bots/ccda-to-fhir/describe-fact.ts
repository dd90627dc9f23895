import type {
  AllergyIntolerance,
  CodeableConcept,
  Condition,
  Encounter,
  Goal,
  Immunization,
  MedicationRequest,
  MedicationStatement,
  Observation,
  Procedure,
} from '@medplum/fhirtypes';
import { standardSystem } from './code-systems.ts';

/** What documents are converted to. */
export type FactResource =
  | AllergyIntolerance
  | Condition
  | Encounter
  | Goal
  | Immunization
  | MedicationRequest
  | Observation
  | Procedure;

/** What two resources have in common that say the same thing. */
export interface FactDescription {
  readonly type: FactResource['resourceType'];
  /** `system|code`, all of them. */
  readonly codes: readonly string[];
  readonly text: string | undefined;
  /** FHIR date or dateTime of when it was so. */
  readonly date: string | undefined;
  /** Only of an Observation. */
  readonly value: FactValue | undefined;
  /** That it is not so: refuted, not done. */
  readonly isNegated: boolean;
}

export interface FactValue {
  readonly number?: number;
  /** `<` and the like. */
  readonly comparator?: string | undefined;
  readonly unit?: string | undefined;
  readonly codes?: readonly string[];
  readonly text?: string;
}

/** Of a statement about a medication too, which says the same as a reported request. */
export function describeFact(resource: FactResource | MedicationStatement): FactDescription {
  const concept = conceptOf(resource);
  return {
    type: resource.resourceType === 'MedicationStatement' ? 'MedicationRequest' : resource.resourceType,
    codes: codesOf(concept),
    text: concept?.text ?? concept?.coding?.find(({ display }) => display)?.display,
    date: dateOf(resource),
    value: resource.resourceType === 'Observation' ? measuredValue(resource) : undefined,
    isNegated: isNegated(resource),
  };
}

export function codesOf(concept: CodeableConcept | undefined): string[] {
  return (concept?.coding ?? []).flatMap(({ system = '', code }) =>
    code ? [`${standardSystem(system)}|${code}`] : [],
  );
}

function conceptOf(resource: FactResource | MedicationStatement): CodeableConcept | undefined {
  switch (resource.resourceType) {
    case 'Encounter':
      return resource.type?.[0];
    case 'Goal':
      return resource.description;
    case 'Immunization':
      return resource.vaccineCode;
    case 'MedicationRequest':
    case 'MedicationStatement':
      return resource.medicationCodeableConcept;
    default:
      return resource.code;
  }
}

function dateOf(resource: FactResource | MedicationStatement): string | undefined {
  switch (resource.resourceType) {
    case 'AllergyIntolerance':
      return undefined;
    case 'Condition':
      return resource.onsetDateTime ?? resource.onsetPeriod?.start;
    case 'Encounter':
      return resource.period?.start;
    case 'Goal':
      return resource.startDate;
    case 'Immunization':
      return resource.occurrenceDateTime;
    case 'MedicationRequest':
      return resource.dispenseRequest?.validityPeriod?.start ?? resource.authoredOn;
    case 'MedicationStatement':
      return resource.effectiveDateTime ?? resource.effectivePeriod?.start ?? resource.dateAsserted;
    case 'Observation':
      return resource.effectiveDateTime ?? resource.effectivePeriod?.start ?? resource.effectiveInstant;
    case 'Procedure':
      return resource.performedDateTime ?? resource.performedPeriod?.start;
  }
}

/** Of an Observation or one of its components. */
export function measuredValue(
  observation: Observation | NonNullable<Observation['component']>[number],
): FactValue | undefined {
  const { valueQuantity, valueCodeableConcept, valueString, valueInteger, valueBoolean, valueDateTime, valueRange } =
    observation;
  if (valueQuantity?.value !== undefined) {
    const { value, comparator, code, unit } = valueQuantity;
    return { number: value, comparator, unit: code ?? unit };
  }
  if (valueInteger !== undefined) return { number: valueInteger };
  if (valueCodeableConcept) {
    const codes = codesOf(valueCodeableConcept);
    return codes.length > 0 ? { codes } : { text: valueCodeableConcept.text ?? '' };
  }
  const text = valueString ?? valueDateTime ?? (valueBoolean === undefined ? undefined : `${valueBoolean}`);
  if (text !== undefined) return { text };
  return valueRange
    ? { text: `${valueRange.low?.value}-${valueRange.high?.value} ${valueRange.low?.unit ?? ''}` }
    : undefined;
}

function isNegated(resource: FactResource | MedicationStatement): boolean {
  if (resource.resourceType === 'Immunization' || resource.resourceType === 'Procedure') {
    return resource.status === 'not-done';
  }
  if (resource.resourceType !== 'AllergyIntolerance' && resource.resourceType !== 'Condition') return false;
  return codesOf(resource.verificationStatus).some((code) => code.endsWith('|refuted'));
}
