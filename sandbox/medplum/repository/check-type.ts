import { badRequest, forbidden, OperationOutcomeError, validateResourceType } from '@medplum/core';

/** Only super admins touch these on a real server; the sandbox keeps them outside FHIR. */
const SERVER_TYPES = new Set(['DomainConfiguration', 'JsonWebKey', 'Login']);

/** Who belongs to a project, and how, is for its admins. */
const ADMIN_TYPES = new Set(['Project', 'ProjectMembership', 'User']);

/**
 * @throws OperationOutcomeError 400 for a type that FHIR does not know, 403 for one that the caller may not touch,
 *   not even read
 */
export function checkType(resourceType: string, admin: boolean): void {
  validateResourceType(resourceType);
  const forbiddenHere = SERVER_TYPES.has(resourceType) || (ADMIN_TYPES.has(resourceType) && !admin);
  if (forbiddenHere) throw new OperationOutcomeError(forbidden);
}

/** @throws OperationOutcomeError 400 for Binary too, else as `checkType` */
export function checkSearchable(resourceType: string, admin: boolean): void {
  validateResourceType(resourceType);
  if (resourceType === 'Binary') throw new OperationOutcomeError(badRequest('Cannot search on Binary resource type'));
  checkType(resourceType, admin);
}
