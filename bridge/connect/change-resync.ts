import type { MedplumClient } from '@medplum/core';
import { orgConnectionIdOf } from '../contract/connection.ts';
import { type ResyncSchedule, resyncOf, withResync } from '../contract/resync.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import { searchConnections } from '../medplum/search-connections.ts';
import type { Log } from '../observe/log.ts';
import { resyncInterval } from '../queue/resync-interval.ts';
import type { ScheduleJob } from '../queue/specs.ts';

export interface ChangeResyncDeps {
  /** The bridge's own client: a patient's policy need not let them write a Consent. */
  readonly medplum: Pick<MedplumClient, 'updateResource'>;
  readonly scheduleJob: ScheduleJob;
  readonly log: Log;
}

/**
 * Sets how often a connection is exported again by itself. The Consent keeps it; the scheduler only follows.
 *
 * @param connectionId - `consentId` or `orgConnectionId`.
 * @throws HttpError 404 for a connection that the caller does not see, 409 for one that has ended.
 */
export async function changeResync(
  { medplum, scheduleJob, log }: ChangeResyncDeps,
  caller: Caller,
  patientId: string,
  connectionId: string,
  schedule: ResyncSchedule,
): Promise<StoredConsent> {
  const consents = await searchConnections(caller, patientId);
  const meant = consents.find((consent) => [consent.id, orgConnectionIdOf(consent)].includes(connectionId));
  if (meant === undefined) {
    throw new HttpError(404, 'not-found', 'there is no such connection, or it is not yours to see');
  }
  if (meant.status !== 'active') {
    throw new HttpError(409, 'conflict', 'this connection has ended; connect the health system again');
  }
  const headers = { 'If-Match': `W/"${meant.meta?.versionId}"` };
  const isSet = resyncOf(meant) === schedule;
  const stored = isSet ? meant : await medplum.updateResource(withResync(meant, schedule), { headers });
  await scheduleJob('re-sync', [stored.id], { consentId: stored.id }, resyncInterval(schedule));
  log.info('connection.resync-set', { connectionId: stored.id, mode: schedule });
  return stored;
}
