import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { orgConnectionIdOf } from '../contract/connection.ts';
import {
  BRIDGE_CODE_SYSTEM,
  EHI_EXPORT_SYSTEM,
  IMPORT_CODE_SYSTEM,
  IMPORT_TASK_CODE,
  ORG_CONNECTION_SYSTEM,
} from '../contract/identifiers.ts';
import type { ImportPhase } from '../contract/import-status.ts';
import { withMoment } from '../contract/import-timeline.ts';
import { PermanentError } from '../errors.ts';
import { byIdentifier } from '../medplum/by-identifier.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import { BRIEF_WAITS_MS, retryRead } from '../medplum/client/retry-read.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';

/**
 * The Task of an export: made by whoever hears of the export first, our own request or a webhook that overtook it, and
 * found by the other.
 *
 * @param medplum - The bridge's own client.
 * @param consent - The connection that the export is of.
 * @param exportId - Fasten's task id.
 * @returns The stored Task, in whatever state it is.
 * @throws PermanentError `export-of-another-connection` when Fasten's task id is already another connection's.
 */
export async function ensureTask(
  medplum: Pick<MedplumClient, 'createResourceIfNoneExist'>,
  consent: StoredConsent,
  exportId: string,
): Promise<StoredTask> {
  const query = byIdentifier(EHI_EXPORT_SYSTEM, exportId);
  const wanted = makeTask(consent, exportId, new Date());
  const ensure = () => medplum.createResourceIfNoneExist(wanted, query);
  const task = await retryRead(ensure, undefined, BRIEF_WAITS_MS);
  if (!isOfConnection(task, consent)) {
    throw new PermanentError('export-of-another-connection', 'this export already belongs to another connection');
  }
  return task;
}

/** An import on hold names its connection by the identifier only. */
function isOfConnection({ focus }: Task, consent: StoredConsent): boolean {
  const { system, value } = focus?.identifier ?? {};
  const isNamed = system === ORG_CONNECTION_SYSTEM && value === orgConnectionIdOf(consent);
  return isNamed || focus?.reference === `Consent/${consent.id}`;
}

function makeTask(consent: StoredConsent, exportId: string, now: Date): Task {
  const requester = consent.performer?.[0];
  const task: Task = {
    resourceType: 'Task',
    identifier: [{ system: EHI_EXPORT_SYSTEM, value: exportId }],
    status: 'requested',
    businessStatus: phaseConcept('requested'),
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }], text: 'Import of a health record' },
    focus: { reference: `Consent/${consent.id}` },
    ...(consent.patient && { for: consent.patient }),
    authoredOn: now.toISOString(),
    ...(requester && { requester }),
    executionPeriod: { start: now.toISOString() },
  };
  const consented = consent.dateTime === undefined ? task : withMoment(task, 'consented', consent.dateTime);
  return withMoment(consented, 'requested', now.toISOString());
}

/** The phase as `Task.businessStatus` holds it. */
export function phaseConcept(phase: ImportPhase): NonNullable<Task['businessStatus']> {
  return { coding: [{ system: IMPORT_CODE_SYSTEM, code: phase }] };
}
