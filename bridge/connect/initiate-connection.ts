import type { MedplumClient } from '@medplum/core';
import { orgConnectionIdOf } from '../contract/connection.ts';
import type { ConnectionAttempt, InitiateConnection, StitchSettings } from '../contract/connection-attempt.ts';
import { type ConsentText, findConsentText, withConsentText } from '../contract/consent-text.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import { makeAttempt, withAttempt } from './attempt.ts';
import { makePendingConsent } from './make-consent.ts';

export interface InitiateDeps {
  /** The bridge's own client: a patient's policy need not let them write a Consent. */
  readonly medplum: Pick<MedplumClient, 'createResource' | 'updateResource'>;
  /** Of our key pair; not a secret. */
  readonly publicId: string;
  readonly stitch: StitchSettings;
}

/**
 * Begins an attempt to connect a health system, or to connect one again. The caller's right is checked here; from then on
 * the attempt's secret stands for it.
 *
 * @returns What the page hands to Stitch.
 * @throws HttpError 404 for a Patient or a connection that the caller does not see, 422 for a consent text that is not known.
 */
export async function initiateConnection(
  deps: InitiateDeps,
  caller: Caller,
  wanted: InitiateConnection,
): Promise<ConnectionAttempt> {
  const text = textOf(wanted);
  const { secret, identifier, end } = makeAttempt(new Date());
  const offered = { publicId: deps.publicId, stitch: deps.stitch, externalState: secret, expiresAt: end };
  if ('patientId' in wanted) {
    const { id = wanted.patientId } = await caller.read('Patient', wanted.patientId);
    const pending = withAttempt(makePendingConsent(id, caller.profile, new Date()), identifier);
    const stored = await deps.medplum.createResource(text ? withConsentText(pending, text) : pending);
    return { ...offered, externalId: stored.id ?? '' };
  }
  const consent = (await caller.read('Consent', wanted.reconnect)) as StoredConsent;
  const reconnectOrgConnectionId = orgConnectionIdOf(consent);
  if (reconnectOrgConnectionId === undefined) {
    throw new HttpError(404, 'not-found', 'this Consent is not a connection');
  }
  const headers = { 'If-Match': `W/"${consent.meta?.versionId}"` };
  const again = withAttempt(consent, identifier);
  await deps.medplum.updateResource(text ? withConsentText(again, text) : again, { headers });
  return { ...offered, externalId: consent.id, reconnectOrgConnectionId };
}

function textOf({ consentVersion }: InitiateConnection): ConsentText | undefined {
  if (consentVersion === undefined) return undefined;
  const text = findConsentText(consentVersion);
  if (text === undefined)
    throw new HttpError(422, 'business-rule', 'this consent text is not known; load the page anew');
  return text;
}
