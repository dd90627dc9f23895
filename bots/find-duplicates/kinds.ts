import type { Resource } from '@medplum/fhirtypes';
import { allergies } from './compare-allergies.ts';
import { conditions } from './compare-conditions.ts';
import { immunizations } from './compare-immunizations.ts';
import { medicationDispenses, medicationRequests, medicationStatements } from './compare-medications.ts';
import { procedures } from './compare-procedures.ts';
import { results } from './compare-results.ts';
import type { Kind } from './kind.ts';

const KINDS = {
  AllergyIntolerance: allergies,
  Condition: conditions,
  Immunization: immunizations,
  MedicationDispense: medicationDispenses,
  MedicationRequest: medicationRequests,
  MedicationStatement: medicationStatements,
  Observation: results,
  Procedure: procedures,
};

/** How duplicates of a record are found; undefined for a type of which none are looked for. */
export function kindOf(resourceType: Resource['resourceType']): Kind<Resource> | undefined {
  // Each is only asked about resources of its own type.
  return (KINDS as unknown as Readonly<Record<string, Kind<Resource> | undefined>>)[resourceType];
}
