import { randomBytes } from 'node:crypto';
import type { MedplumClient } from '@medplum/core';
import type { Consent, Identifier } from '@medplum/fhirtypes';
import { CONNECTION_ATTEMPT_SYSTEM } from '../contract/identifiers.ts';
import { HttpError } from '../errors.ts';
import { digestState } from '../fasten/digest-state.ts';
import { byIdentifier } from '../medplum/by-identifier.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';

/** Identity proofing and a record locator take minutes, a person at a portal who looks for a password takes longer. */
const OPEN_MS = 60 * 60 * 1000;

/** A new secret for one attempt, and the identifier by which its Consent is found: the Consent never holds the secret. */
export function makeAttempt(now: Date): { readonly secret: string; readonly identifier: Identifier; end: string } {
  const secret = randomBytes(32).toString('base64url');
  const end = new Date(now.getTime() + OPEN_MS).toISOString();
  const period = { start: now.toISOString(), end };
  return { secret, identifier: { system: CONNECTION_ATTEMPT_SYSTEM, value: digestState(secret), period }, end };
}

/** The Consent with this attempt, in place of earlier ones. */
export function withAttempt<T extends Consent>(consent: T, identifier: Identifier): T {
  const without = withoutAttempt(consent);
  return { ...without, identifier: [...(without.identifier ?? []), identifier] };
}

/** The Consent with no attempt that anything could complete any more. */
export function withoutAttempt<T extends Consent>(consent: T): T {
  const others = consent.identifier?.filter(({ system }) => system !== CONNECTION_ATTEMPT_SYSTEM);
  return others === undefined ? consent : { ...consent, identifier: others };
}

/**
 * Finds the Consent of an attempt that is still open. Several events may complete one attempt: TEFCA finds many accounts at
 * once.
 *
 * @param secret - As the browser says it.
 * @throws HttpError 422 when there is none, or its time is over: the two are not told apart.
 */
export async function findAttempt(
  medplum: Pick<MedplumClient, 'searchOne'>,
  secret: string,
  now: Date,
): Promise<StoredConsent> {
  const digest = digestState(secret);
  const consent = await searchAttempt(medplum, digest);
  if (consent === undefined || !isOpen(consent, digest, now)) throw unknownAttempt();
  return consent;
}

/** What Fasten's event says of the attempt that it ends. */
export interface AttemptNames {
  readonly stateDigest?: string | undefined;
  /** Its `external_id`: the id of the Consent. */
  readonly attemptId?: string | undefined;
}

/** Fasten delivers an event for about a day, so that long after the end one may still come of what happened in time. */
const DELIVERED_FOR_MS = 26 * 60 * 60 * 1000;

/**
 * Finds the Consent of the attempt that a signed event of Fasten ends. It must name the attempt by everything it carries;
 * without a state (Stitch has not documented it since v3) the Consent's id has to do, for a pending attempt only.
 *
 * @throws HttpError 422 when there is none, or its time was over long before.
 */
export async function findAnnouncedAttempt(
  medplum: Pick<MedplumClient, 'searchOne'>,
  { stateDigest, attemptId }: AttemptNames,
  now: Date,
): Promise<StoredConsent> {
  const sentAt = new Date(now.getTime() - DELIVERED_FOR_MS);
  if (stateDigest !== undefined) {
    const consent = await searchAttempt(medplum, stateDigest);
    const isNamed = consent !== undefined && (attemptId ?? consent.id) === consent.id;
    if (isNamed && isOpen(consent, stateDigest, sentAt)) return consent;
  } else if (attemptId !== undefined) {
    const consent: StoredConsent | undefined = await medplum.searchOne('Consent', { _id: attemptId });
    if (consent?.status === 'proposed' && isOpen(consent, undefined, sentAt)) return consent;
  }
  throw unknownAttempt();
}

function searchAttempt(medplum: Pick<MedplumClient, 'searchOne'>, digest: string): Promise<StoredConsent | undefined> {
  return medplum.searchOne('Consent', byIdentifier(CONNECTION_ATTEMPT_SYSTEM, digest));
}

function isOpen({ identifier }: StoredConsent, digest: string | undefined, now: Date): boolean {
  const attempt = identifier?.find(({ system, value }) => {
    return system === CONNECTION_ATTEMPT_SYSTEM && (digest ?? value) === value;
  });
  return Date.parse(attempt?.period?.end ?? '') > now.getTime();
}

function unknownAttempt(): HttpError {
  return new HttpError(422, 'business-rule', 'this attempt is not known, or its time is over; start again');
}
