import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';

/** Throws HttpError 403 for a patient or a relative, whatever the import: a record on hold may be anybody's. */
export function assertMayDecide({ profile }: Caller): void {
  if (/^(Patient|RelatedPerson)\//.test(profile)) {
    throw new HttpError(403, 'forbidden', 'neither a patient nor a relative decides whose records these are');
  }
}
