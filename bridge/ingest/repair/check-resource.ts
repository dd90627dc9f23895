import { OperationOutcomeError, validateResource } from '@medplum/core';
import type { OperationOutcomeIssue, Resource } from '@medplum/fhirtypes';
import type { JsonObject } from '../walk-references.ts';

/** The validator itself broke on the resource; the server, which runs the same code, would answer 500. */
const BROKEN: OperationOutcomeIssue = {
  severity: 'error',
  code: 'exception',
  details: { text: 'The validator cannot read the resource' },
};

/** The errors that the server would answer with; none when it would take the resource. Never throws. */
export function findErrors(resource: JsonObject): readonly OperationOutcomeIssue[] {
  try {
    return validateResource(resource as unknown as Resource).filter(isError);
  } catch (error) {
    // Its own message is not passed on: it may quote the resource.
    return error instanceof OperationOutcomeError ? error.outcome.issue.filter(isError) : [BROKEN];
  }
}

function isError(issue: OperationOutcomeIssue): boolean {
  return issue.severity === 'error' || issue.severity === 'fatal';
}
