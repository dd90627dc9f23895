import { createHash, randomBytes } from 'node:crypto';
import type { MedplumClient } from '@medplum/core';
import type { Consent, Identifier } from '@medplum/fhirtypes';
import { CONNECTION_ATTEMPT_SYSTEM } from '../contract/identifiers.ts';
import { HttpError } from '../errors.ts';
import { byIdentifier } from '../medplum/by-identifier.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';

/** Identity proofing and a record locator take minutes, a person at a portal who looks for a password takes longer. */
const OPEN_MS = 60 * 60 * 1000;

/** A new secret for one attempt, and the identifier by which its Consent is found: the Consent never holds the secret. */
export function makeAttempt(now: Date): { readonly secret: string; readonly identifier: Identifier; end: string } {
  const secret = randomBytes(32).toString('base64url');
  const end = new Date(now.getTime() + OPEN_MS).toISOString();
  const period = { start: now.toISOString(), end };
  return { secret, identifier: { system: CONNECTION_ATTEMPT_SYSTEM, value: digest(secret), period }, end };
}

/** The Consent with this attempt, in place of earlier ones. */
export function withAttempt<T extends Consent>(consent: T, identifier: Identifier): T {
  const others = consent.identifier?.filter(({ system }) => system !== CONNECTION_ATTEMPT_SYSTEM) ?? [];
  return { ...consent, identifier: [...others, identifier] };
}

/**
 * Finds the Consent of an attempt that is still open. Several events may complete one attempt: TEFCA finds many accounts at
 * once.
 *
 * @throws HttpError 422 when there is none, or its time is over: the two are not told apart.
 */
export async function findAttempt(
  medplum: Pick<MedplumClient, 'searchOne'>,
  secret: string,
  now: Date,
): Promise<StoredConsent> {
  const value = digest(secret);
  const consent = await medplum.searchOne('Consent', byIdentifier(CONNECTION_ATTEMPT_SYSTEM, value));
  const end = consent?.identifier?.find((identifier) => identifier.value === value)?.period?.end;
  if (consent === undefined || !(Date.parse(end ?? '') > now.getTime())) {
    throw new HttpError(422, 'business-rule', 'this attempt is not known, or its time is over; start again');
  }
  return consent;
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
