import {
  applyPatch,
  badRequest,
  fhirpathPatchTypedValue,
  type Operation,
  OperationOutcomeError,
  parseFhirPathPatchParameters,
  toTypedValue,
} from '@medplum/core';
import type { Parameters, Resource } from '@medplum/fhirtypes';

/**
 * Applies a JSON Patch or a FHIRPath Patch to a resource, in place.
 * @throws OperationOutcomeError 400 when an operation does not fit
 */
export function applyAnyPatch(resource: Resource, patch: Operation[] | Parameters): void {
  if (!Array.isArray(patch)) {
    fhirpathPatchTypedValue(toTypedValue(resource), parseFhirPathPatchParameters(patch));
    return;
  }
  const fault = applyPatch(resource, patch).find((result) => result !== null);
  if (fault) throw new OperationOutcomeError(badRequest(fault.message));
}
