import type { MedplumClient } from '@medplum/core';
import { orgConnectionIdOf } from '../contract/connection.ts';
import { resyncOf } from '../contract/resync.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import type { Log } from '../observe/log.ts';
import type { AddJob, Payload, ScheduleJob } from '../queue/specs.ts';
import { listHeld, listImports } from './list-imports.ts';
import { nextExport } from './next-export.ts';

export interface ResyncDeps {
  readonly medplum: Pick<MedplumClient, 'readResource' | 'searchResources'>;
  readonly addJob: AddJob;
  readonly scheduleJob: ScheduleJob;
  readonly log: Log;
}

/**
 * Makes the job that a connection's schedule runs. It asks for an export as `POST sync` does; when somebody was quicker
 * by hand, Fasten would only repeat itself, and the export is asked for once it would not. The Consent decides: when that
 * has ended, or says `off`, the schedule goes.
 */
export function createResyncJob({ medplum, addJob, scheduleJob, log }: ResyncDeps) {
  return async ({ consentId }: Payload<'re-sync'>): Promise<void> => {
    const consent: StoredConsent = await medplum.readResource('Consent', consentId);
    if (consent.status !== 'active' || resyncOf(consent) === 'off') {
      await scheduleJob('re-sync', [consentId], { consentId }, undefined);
      return;
    }
    const now = new Date();
    const orgConnectionId = orgConnectionIdOf(consent) ?? '';
    const [latest] = await listImports(medplum, consentId);
    const held = (await listHeld(medplum, [orgConnectionId])).get(orgConnectionId);
    const { outcome, availableAt } = nextExport(consent, held ?? latest, now);
    log.info('export.resync', { connectionId: consentId, code: outcome });
    if (outcome !== 'requested' && outcome !== 'too-early') return;
    const delayMs = availableAt === undefined ? 0 : Math.max(0, Date.parse(availableAt) - now.getTime());
    const payload = { consentId, orgConnectionId };
    await addJob('export-request', ['re-sync', consentId, latest?.id ?? ''], payload, { delayMs });
  };
}
