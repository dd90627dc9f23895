import type { MedplumClient } from '@medplum/core';
import type { Audit } from '../audit/audit.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import type { Log } from '../observe/log.ts';
import type { AddJob } from '../queue/specs.ts';
import { withoutAttempt } from './attempt.ts';

export interface EndConsentDeps {
  /** The bridge's own client: a patient's policy need not let them write a Consent. */
  readonly medplum: Pick<MedplumClient, 'updateResource'>;
  readonly addJob: AddJob;
  readonly audit: Audit;
  readonly log: Log;
}

/** So late somebody still asks again for an end whose answer was lost; the queue knows what it recorded for longer. */
const ASKED_AGAIN_MS = 24 * 60 * 60 * 1000;

/**
 * Ends a connection: its Consent becomes inactive, nothing of it is requested or loaded any more, and what is under way is
 * stopped. No attempt that was open revives it, however late its event comes. Doing it again only makes sure of that.
 *
 * @param profile - Reference to whoever ends it; undefined when Fasten or the calendar does.
 */
export async function endConsent(
  { medplum, addJob, audit, log }: EndConsentDeps,
  consent: StoredConsent,
  profile?: string,
) {
  let ended = consent;
  if (consent.status !== 'inactive') {
    const headers = { 'If-Match': `W/"${consent.meta?.versionId}"` };
    ended = await medplum.updateResource({ ...withoutAttempt(consent), status: 'inactive' }, { headers });
    log.info('connection.revoked', { connectionId: ended.id });
  }
  if (Date.now() - Date.parse(ended.meta?.lastUpdated ?? '') < ASKED_AGAIN_MS) {
    const told = { who: profile, patient: ended.patient?.reference, consent: `Consent/${ended.id}` };
    audit({ what: 'consent-revoked', ...told }, [ended.id, ended.meta?.versionId ?? '']);
  }
  await addJob('connection-ended', [ended.id, ended.meta?.versionId ?? ''], { consentId: ended.id });
  return ended;
}
