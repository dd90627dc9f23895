import { getStatus, type MedplumClient, OperationOutcomeError } from '@medplum/core';
import { importMessage, importMessageKey } from '../contract/import-message.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import { tellPatient } from '../medplum/tell-patient.ts';
import type { Log } from '../observe/log.ts';

export interface TellDeps {
  readonly medplum: Pick<MedplumClient, 'createResourceIfNoneExist'>;
  readonly log: Log;
}

/**
 * Tells the patient what an import has come to, once. Before the Task says it: a process that is killed in between says it
 * again, under the same key, and changes nothing.
 *
 * @param task - As it is about to be stored.
 * @param patient - `Patient/<id>`; of an import on hold the one who connected, since its Task names nobody.
 */
export async function tellImport(deps: TellDeps, task: StoredTask, patient = task.for?.reference): Promise<void> {
  const message = importMessage(task);
  if (message === undefined || !patient?.startsWith('Patient/')) return;
  await tell(deps, { patient, about: `Task/${task.id}`, key: importMessageKey(task), ...message });
}

/**
 * Tells the patient that a health system was connected, and that its records are being collected. Once a connection.
 *
 * @param patient - `Patient/<id>` of who connected. The Task may be on hold by now, and then names nobody.
 */
export async function tellConnected(
  deps: TellDeps,
  task: StoredTask,
  patient: string | undefined,
  key: string,
): Promise<void> {
  if (patient === undefined) return;
  await tell(deps, {
    patient,
    about: `Task/${task.id}`,
    key,
    topic: 'Your health system is connected',
    text:
      'We have asked it for your records. Collecting them takes a few minutes, sometimes half an hour or more; you will find a ' +
      'message here when they have come. You do not need to wait.',
  });
}

/** A policy that lets the bridge write no Communication is no reason to lose an import. */
async function tell({ medplum, log }: TellDeps, message: Parameters<typeof tellPatient>[1]): Promise<void> {
  try {
    await tellPatient(medplum, message);
  } catch (error) {
    if (!(error instanceof OperationOutcomeError) || getStatus(error.outcome) !== 403) throw error;
    log.warn('patient.not-told', { reason: 'forbidden' });
  }
}
