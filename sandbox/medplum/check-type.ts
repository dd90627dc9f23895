import { badRequest, forbidden, OperationOutcomeError, validateResourceType } from '@medplum/core';

/** Only super admins touch these on a real server; the sandbox keeps them outside FHIR. */
const SERVER_TYPES = new Set(['DomainConfiguration', 'JsonWebKey', 'Login', 'User']);

/** Who belongs to a project, and how, is for its admins. */
const ADMIN_TYPES = new Set(['Project', 'ProjectMembership']);

/** @throws OperationOutcomeError 400 for a type that FHIR does not know, 403 for one that no client may touch */
export function checkReadable(resourceType: string): void {
  validateResourceType(resourceType);
  if (SERVER_TYPES.has(resourceType)) throw new OperationOutcomeError(forbidden);
}

export function checkWritable(resourceType: string, admin: boolean): void {
  checkReadable(resourceType);
  if (ADMIN_TYPES.has(resourceType) && !admin) throw new OperationOutcomeError(forbidden);
}

export function checkSearchable(resourceType: string): void {
  validateResourceType(resourceType);
  if (resourceType === 'Binary') throw new OperationOutcomeError(badRequest('Cannot search on Binary resource type'));
  checkReadable(resourceType);
}
