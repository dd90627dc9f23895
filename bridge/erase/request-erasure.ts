import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { BRIDGE_CODE_SYSTEM, ERASURE_SYSTEM, ERASURE_TASK_CODE } from '../contract/identifiers.ts';
import { byIdentifier } from '../medplum/by-identifier.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import type { Log } from '../observe/log.ts';
import type { AddJob } from '../queue/specs.ts';

export interface RequestErasureDeps {
  /** The bridge's own client. */
  readonly medplum: Pick<MedplumClient, 'createResourceIfNoneExist'>;
  readonly addJob: AddJob;
  readonly log: Log;
}

/** Who may stand in Task.requester; a ClientApplication may not. */
const REQUESTERS = /^(Patient|Practitioner|PractitionerRole|RelatedPerson|Organization|Device)\//;

/**
 * Queues the erasure of a connection that has ended. Asking again for the same end gives the same receipt, and drives an
 * erasure that was given up once more.
 *
 * @param consent - As it was stored when the connection ended.
 * @param profile - Reference to whoever asked for it.
 * @returns The receipt, as stored.
 */
export async function requestErasure(
  { medplum, addJob, log }: RequestErasureDeps,
  consent: StoredConsent,
  profile: string,
): Promise<StoredTask> {
  const value = `${consent.id}/${consent.meta?.versionId}`;
  const receipt = makeReceipt(consent, profile, value, new Date());
  const stored = await medplum.createResourceIfNoneExist(receipt, byIdentifier(ERASURE_SYSTEM, value));
  if (stored.status === 'completed') return stored;
  await addJob('erase', [stored.id], { receiptId: stored.id, consentId: consent.id });
  log.info('erasure.requested', { connectionId: consent.id, taskId: stored.id });
  return stored;
}

function makeReceipt(consent: StoredConsent, profile: string, value: string, now: Date): Task {
  return {
    resourceType: 'Task',
    identifier: [{ system: ERASURE_SYSTEM, value }],
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: ERASURE_TASK_CODE }], text: 'Erasure of a health record' },
    focus: { reference: `Consent/${consent.id}` },
    ...(consent.patient && { for: consent.patient }),
    ...(REQUESTERS.test(profile) && { requester: { reference: profile } }),
    authoredOn: now.toISOString(),
    executionPeriod: { start: now.toISOString() },
  };
}
