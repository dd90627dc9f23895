import type { MedplumClient } from '@medplum/core';
import type { StoredConsent } from '../medplum/find-connection.ts';
import type { Log } from '../observe/log.ts';
import type { AddJob } from '../queue/specs.ts';
import { withoutAttempt } from './attempt.ts';

export interface EndConsentDeps {
  /** The bridge's own client: a patient's policy need not let them write a Consent. */
  readonly medplum: Pick<MedplumClient, 'updateResource'>;
  readonly addJob: AddJob;
  readonly log: Log;
}

/**
 * Ends a connection: its Consent becomes inactive, nothing of it is requested or loaded any more, and what is under way is
 * stopped. No attempt that was open revives it, however late its event comes. Doing it again only makes sure of that.
 */
export async function endConsent({ medplum, addJob, log }: EndConsentDeps, consent: StoredConsent) {
  let ended = consent;
  if (consent.status !== 'inactive') {
    const headers = { 'If-Match': `W/"${consent.meta?.versionId}"` };
    ended = await medplum.updateResource({ ...withoutAttempt(consent), status: 'inactive' }, { headers });
    log.info('connection.revoked', { connectionId: ended.id });
  }
  await addJob('connection-ended', [ended.id, ended.meta?.versionId ?? ''], { consentId: ended.id });
  return ended;
}
