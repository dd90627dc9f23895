import type { Medication, Resource } from '@medplum/fhirtypes';

/** One search for what may be the same: FHIR search parameters beside the patient's, all of which hold. */
export type Block = readonly (readonly [string, string])[];

/** Medications that are resources of their own, by `Medication/<id>`. */
export type Medications = ReadonlyMap<string, Medication>;

/** How duplicates among resources of one type are found. */
export interface Kind<T extends Resource> {
  /** `Patient/<id>`; undefined for a record about nobody. */
  patientOf(resource: T): string | undefined;
  /**
   * Where to look: each has few answers even in a record of 50,000 resources. None for what is not to be compared, such as
   * what was entered in error.
   */
  blocksOf(resource: T): readonly Block[];
  /** The name of the rule by which two are the same; undefined when they are not. Symmetric. Both are to be compared. */
  compare(one: T, other: T, medications: Medications): string | undefined;
}
