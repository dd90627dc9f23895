import type { MedplumClient } from '@medplum/core';
import type { NextStep } from '../contract/import-status.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import { tellPatient } from '../medplum/tell-patient.ts';

const SAFE = 'Nothing that was here before has been lost.';

/** While another export is still to come there is nothing that a patient could do. */
const MESSAGES: Readonly<Record<Exclude<NextStep, 'retry'>, { readonly topic: string; readonly text: string }>> = {
  reconnect: {
    topic: 'Please connect your health system again',
    text: `Your health system no longer lets us collect your records. Open your connections and choose to connect it again. ${SAFE}`,
  },
  support: {
    topic: 'Your health records could not be collected',
    text: `Your health system could not give us your records. We are told about it; you do not need to do anything. ${SAFE}`,
  },
  'nothing-found': {
    topic: 'No health records were found',
    text: `Your health system answered that it has no documents for you. If you think it should, ask your care team. ${SAFE}`,
  },
};

/**
 * Tells the patient of an export that brought nothing. Written before the Task says `failed`, under the key by which the bot
 * `report-import` would write: it finds this message and adds none.
 */
export async function tellFailure(
  medplum: Pick<MedplumClient, 'createResourceIfNoneExist'>,
  task: StoredTask,
  step: NextStep,
): Promise<void> {
  const patient = task.for?.reference;
  if (step === 'retry' || patient === undefined) return;
  await tellPatient(medplum, { patient, about: `Task/${task.id}`, key: `${task.id}/failed`, ...MESSAGES[step] });
}
