import { OperationOutcomeError } from '@medplum/core';

/** Whether the server refused because of who asks. */
export function isForbidden(error: unknown): boolean {
  return codeOf(error) === 'forbidden';
}

/** What to tell a person about a failed request: never the server's words, which may quote what was asked for. */
export function explainError(error: unknown): string {
  switch (codeOf(error)) {
    case 'login':
      return 'Your session has ended. Sign in again.';
    case 'forbidden':
      return 'You are not allowed to see this. Ask an administrator if you should be.';
    case 'not-found':
    case 'deleted':
      return 'It does not exist, or you are not allowed to see it.';
    case 'throttled':
      return 'Medplum is busy and asks for a short pause. This page tries again by itself.';
    default:
      return 'Medplum could not be reached or did not answer as expected. This page tries again by itself.';
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof OperationOutcomeError ? error.outcome.issue[0]?.code : undefined;
}
