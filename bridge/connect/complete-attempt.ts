import type { CompleteAttempt, StitchConnection } from '../contract/connection-attempt.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import { findAttempt } from './attempt.ts';
import { bindConnection, type CompleteDeps } from './complete-connection.ts';
import { readStitchEvent } from './read-stitch-event.ts';

/**
 * Completes an attempt with what Stitch said: every connection in it is bound to the attempt's Patient, once Fasten has
 * confirmed it. The same event again changes nothing.
 *
 * @returns The stored Consents.
 * @throws HttpError 422 for an attempt that is not open, an event of another attempt, one that tells of no connection, or
 *   a connection that Fasten does not confirm; 404 when the caller does not see the Patient; 409 for another Patient's.
 */
export async function completeAttempt(
  deps: CompleteDeps,
  caller: Caller,
  { external_state, event }: CompleteAttempt,
): Promise<StoredConsent[]> {
  const attempt = await findAttempt(deps.medplum, external_state, new Date());
  await caller.read('Patient', patientOf(attempt));
  const told = readStitchEvent(event);
  if (told.length === 0) {
    throw new HttpError(422, 'business-rule', 'the event tells of no connection');
  }
  for (const connection of told) assertOfAttempt(connection, attempt, external_state);
  const ids = told.flatMap(({ org_connection_id }) => org_connection_id ?? []);
  return bindAttempt(deps, attempt, caller.profile, ids);
}

/**
 * Binds connections to the Patient of an attempt, whose right to it has been checked.
 *
 * @param profile - Reference to whoever completes it.
 */
export async function bindAttempt(
  deps: CompleteDeps,
  attempt: StoredConsent,
  profile: string,
  orgConnectionIds: readonly string[],
): Promise<StoredConsent[]> {
  const bound: StoredConsent[] = [];
  for (const orgConnectionId of orgConnectionIds) {
    bound.push(await bindConnection(deps, { patientId: patientOf(attempt), profile, orgConnectionId, attempt }));
  }
  return bound;
}

/** `widget.complete` carries neither of the two; what carries one must carry ours. */
function assertOfAttempt(told: StitchConnection, attempt: StoredConsent, secret: string): void {
  const isOurs = (told.external_id ?? attempt.id) === attempt.id && (told.external_state ?? secret) === secret;
  if (!isOurs) throw new HttpError(422, 'business-rule', 'the event belongs to another attempt');
}

function patientOf({ patient }: StoredConsent): string {
  return patient?.reference?.replace(/^Patient\//, '') ?? '';
}
