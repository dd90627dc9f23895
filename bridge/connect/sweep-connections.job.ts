import type { MedplumClient } from '@medplum/core';
import { orgConnectionIdOf } from '../contract/connection.ts';
import { BRIDGE_CODE_SYSTEM, CONNECTION_CONSENT_CODE } from '../contract/identifiers.ts';
import { resyncOf } from '../contract/resync.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import type { Log } from '../observe/log.ts';
import { resyncInterval } from '../queue/resync-interval.ts';
import type { AddJob, ReadNextRun, ScheduleJob } from '../queue/specs.ts';
import { withoutAttempt } from './attempt.ts';
import { planExpiry } from './expire-connection.job.ts';

export interface SweepDeps {
  readonly medplum: Pick<MedplumClient, 'searchResourcePages' | 'updateResource'>;
  readonly addJob: AddJob;
  readonly scheduleJob: ScheduleJob;
  readonly readNextRun: ReadNextRun;
  readonly log: Log;
}

/** Longer than Fasten's event about an attempt may be on its way. */
const ABANDONED_MS = 48 * 60 * 60 * 1000;

/**
 * Makes the job that brings Redis and the Consents together: attempts that nobody ended are closed, and the plans of the
 * connections (when they run out, when they are exported again) are made anew where Redis has lost them.
 */
export function createSweepJob(deps: SweepDeps) {
  return async (): Promise<void> => {
    const now = Date.now();
    for await (const consent of allWith(deps, 'proposed')) {
      if (now - Date.parse(consent.dateTime ?? '') > ABANDONED_MS) await closeAttempt(deps, consent);
    }
    for await (const consent of allWith(deps, 'active')) await planAgain(deps, consent);
  };
}

async function* allWith({ medplum }: SweepDeps, status: 'proposed' | 'active'): AsyncGenerator<StoredConsent> {
  const category = `${BRIDGE_CODE_SYSTEM}|${CONNECTION_CONSENT_CODE}`;
  // In this order Medplum's pages go on from where the last one ended, however many there are and whatever is changed meanwhile.
  const query = new URLSearchParams({ category, status, _sort: '_lastUpdated', _count: '500' });
  for await (const page of medplum.searchResourcePages('Consent', query, { cache: 'reload' })) yield* page;
}

async function closeAttempt({ medplum, log }: SweepDeps, consent: StoredConsent): Promise<void> {
  const headers = { 'If-Match': `W/"${consent.meta?.versionId}"` };
  await medplum.updateResource({ ...withoutAttempt(consent), status: 'rejected' }, { headers });
  log.info('connection.abandoned', { connectionId: consent.id });
}

async function planAgain({ addJob, scheduleJob, readNextRun }: SweepDeps, consent: StoredConsent): Promise<void> {
  await planExpiry(addJob, consent, orgConnectionIdOf(consent) ?? '');
  const everyMs = resyncInterval(resyncOf(consent));
  if (everyMs === undefined || (await readNextRun('re-sync', [consent.id])) !== undefined) return;
  await scheduleJob('re-sync', [consent.id], { consentId: consent.id }, everyMs);
}
