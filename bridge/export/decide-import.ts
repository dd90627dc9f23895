import type { MedplumClient } from '@medplum/core';
import { EHI_EXPORT_SYSTEM } from '../contract/identifiers.ts';
import { type Decision, holdFromTask } from '../contract/import-hold.ts';
import { PermanentError } from '../errors.ts';
import { changeTask, type StoredTask } from '../medplum/change-task.ts';
import { decideHold } from '../medplum/decide-hold.ts';
import { findConnection, type StoredConsent } from '../medplum/find-connection.ts';
import { type AddJob, type Payload, QUEUES } from '../queue/specs.ts';
import { importJobKey } from './import-job-key.ts';

export interface DecideImportDeps {
  /** The bridge's own client. */
  readonly medplum: Pick<MedplumClient, 'searchOne' | 'readResource' | 'updateResource'>;
  /** A client with the token of the person who decides. */
  readonly decider: Pick<MedplumClient, 'get' | 'readResource' | 'updateResource'>;
  readonly addJob: AddJob;
}

/** What a decision led to. `import-again`: a file that was imported by hand; the same command goes on now. */
export type AfterDecision = 'queued' | 'import-again' | 'rejected';

/**
 * Decides about an import on hold. Accepted: the Task points at the chart again, and the import is queued, past the guard.
 * Rejected: nothing of it will ever be loaded. Calling it again with the same decision finishes what a crash left undone.
 *
 * @throws PermanentError `decider-not-allowed`, `not-on-hold` (see `decideHold`), `connection-gone` when the connection
 *   is no longer that of the chart the import was held for.
 */
export async function decideImport(deps: DecideImportDeps, taskId: string, decision: Decision): Promise<AfterDecision> {
  const task = await decideHold(deps.decider, taskId, decision);
  if (decision === 'rejected') return 'rejected';
  const { files, candidate: reference } = holdFromTask(task);
  if (!reference || files.length === 0) return 'import-again';
  const consent = await connectionOf(deps, task);
  if (consent?.patient?.reference !== reference) {
    throw new PermanentError('connection-gone', 'the connection of this import no longer belongs to the same chart');
  }
  const restored = await changeTask(deps.medplum, taskId, (stored) =>
    stored.for ? stored : { ...stored, for: { reference }, focus: { reference: `Consent/${consent.id}` } },
  );
  await deps.addJob('import', importJobKey(restored), payloadOf(task, consent));
  return 'queued';
}

/** After the decision the focus may be either, depending on how far an earlier call came. */
function connectionOf({ medplum }: DecideImportDeps, { focus }: StoredTask): Promise<StoredConsent | undefined> {
  const [, id] = /^Consent\/(.+)$/.exec(focus?.reference ?? '') ?? [];
  return id ? medplum.readResource('Consent', id) : findConnection(medplum, focus?.identifier?.value ?? '');
}

function payloadOf(task: StoredTask, consent: StoredConsent): Payload<'import'> {
  return QUEUES.import.payload.parse({
    taskId: task.id,
    consentId: consent.id,
    exportId: task.identifier?.find(({ system }) => system === EHI_EXPORT_SYSTEM)?.value,
    files: holdFromTask(task).files.map((file) => JSON.parse(file)),
  });
}
