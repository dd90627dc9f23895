import { OperationOutcomeError } from '@medplum/core';

/** FHIR's code of why a request was refused; undefined when nobody answered. */
export function codeOfError(error: unknown): string | undefined {
  return error instanceof OperationOutcomeError ? error.outcome.issue[0]?.code : undefined;
}

/**
 * What to tell a person about something that they asked for and that was not done.
 *
 * @param words - What a code means here, where that is more than it means everywhere.
 */
export function explainRefusal(error: unknown, words: Readonly<Record<string, string>> = {}): string {
  const code = codeOfError(error);
  const own = code === undefined ? undefined : words[code];
  if (own !== undefined) return own;
  switch (code) {
    case 'login':
      return 'Your session has ended. Sign in again.';
    case 'forbidden':
      return 'You are not allowed to do this. Ask an administrator if you should be.';
    case 'not-found':
      return 'It does not exist any more, or you are not allowed to see it.';
    case 'conflict':
      return 'It has changed in the meantime. Look at the page again, then decide anew.';
    case 'throttled':
      return 'Too much was asked for in a short time. Wait a minute, then try again.';
    default:
      return 'The server could not be reached or did not answer as expected. Nothing was changed that you cannot try again.';
  }
}
