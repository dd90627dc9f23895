import type { MedplumClient } from '@medplum/core';
import type { OrgConnection } from '../fasten/answers.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import { tellPatient } from '../medplum/tell-patient.ts';
import type { AddJob, Payload } from '../queue/specs.ts';
import { type EndConsentDeps, endConsent } from './end-consent.ts';
import { readDateTime } from './make-consent.ts';

export interface ExpireDeps extends EndConsentDeps {
  readonly medplum: Pick<MedplumClient, 'readResource' | 'updateResource' | 'createResourceIfNoneExist'>;
  readonly readConnection: (orgConnectionId: string) => Promise<OrgConnection>;
}

/** Plans the look at a connection at the time at which its consent runs out; nothing when the health system told none. */
export async function planExpiry(addJob: AddJob, consent: StoredConsent, orgConnectionId: string): Promise<void> {
  const end = consent.provision?.period?.end;
  if (end === undefined) return;
  const delayMs = Math.max(0, Date.parse(end) - Date.now());
  await addJob('connection-expiry', [consent.id, end], { consentId: consent.id, orgConnectionId }, { delayMs });
}

/**
 * Makes the job that ends a connection whose consent has run out, and offers the patient to connect it again. A later end,
 * of a reconnect or told by Fasten by now, is kept and waited for instead.
 */
export function createExpireJob(deps: ExpireDeps) {
  return async ({ consentId, orgConnectionId }: Payload<'connection-expiry'>): Promise<void> => {
    const consent: StoredConsent = await deps.medplum.readResource('Consent', consentId);
    const end = consent.provision?.period?.end;
    if (end === undefined) return;
    // Ended by now; perhaps by a run of this that was killed before it could tell of it.
    if (consent.status === 'inactive') await endConsent(deps, consent);
    if (consent.status !== 'active') return;
    if (Date.parse(end) > Date.now()) {
      await planExpiry(deps.addJob, consent, orgConnectionId);
      return;
    }
    const renewed = await readLaterEnd(deps, orgConnectionId);
    if (renewed !== undefined) {
      const headers = { 'If-Match': `W/"${consent.meta?.versionId}"` };
      const provision = { ...consent.provision, period: { ...consent.provision?.period, end: renewed } };
      const kept = await deps.medplum.updateResource({ ...consent, provision }, { headers });
      await planExpiry(deps.addJob, kept, orgConnectionId);
      return;
    }
    await tellExpiry(deps, consent, end);
    await endConsent(deps, consent);
    deps.log.info('connection.expired', { connectionId: consentId });
  };
}

/** What Fasten cannot be asked about has run out as it was told. */
async function readLaterEnd({ readConnection }: ExpireDeps, orgConnectionId: string): Promise<string | undefined> {
  const connection = await readConnection(orgConnectionId).catch(() => undefined);
  const end = connection?.status === 'authorized' ? readDateTime(connection.consentExpiresAt) : undefined;
  return end !== undefined && Date.parse(end) > Date.now() ? end : undefined;
}

async function tellExpiry({ medplum }: ExpireDeps, { id, patient }: StoredConsent, end: string): Promise<void> {
  if (patient?.reference === undefined) return;
  await tellPatient(medplum, {
    patient: patient.reference,
    about: `Consent/${id}`,
    key: `${id}/expired/${end}`,
    topic: 'Please connect your health system again',
    text:
      'Your permission to collect records from one of your health systems has run out. To go on getting new records, open ' +
      'your connections and choose to connect it again. What was collected before stays.',
  });
}
