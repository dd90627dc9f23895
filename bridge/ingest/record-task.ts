import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import {
  BRIDGE_CODE_SYSTEM,
  EHI_EXPORT_SYSTEM,
  IMPORT_TASK_CODE,
  ORG_CONNECTION_SYSTEM,
} from '../contract/identifiers.ts';
import { outputsOfCompleted } from '../contract/import-task.ts';
import { changeTask, type StoredTask } from '../medplum/change-task.ts';
import { retryRead } from '../medplum/client/retry-read.ts';
import { HeldImport } from './guard/held-import.ts';
import { holdTask, refuseRejected } from './guard/hold-task.ts';
import type { ImportResult } from './import-export.ts';
import { type Origin, originTags } from './shape/shape-meta.ts';

/**
 * Runs an import of a file under its Task, so that a run that failed half-way is named in Medplum. A run that found
 * everything in place leaves the completed Task of the earlier run as it is. A HeldImport puts it on hold; a Task that a
 * person rejected is not run: PermanentError `import-rejected`. `run` is told since when the file counts as retrieved: a
 * run that goes on where another stopped keeps its time.
 */
export async function underTask(
  medplum: MedplumClient,
  origin: Origin,
  run: (taskId: string, retrieved: Date) => Promise<ImportResult>,
): Promise<ImportResult> {
  const earlier = await findTask(medplum, origin);
  refuseRejected(earlier);
  const isRepeat = earlier?.status === 'completed';
  const { id, status, authoredOn } = isRepeat ? earlier : await startTask(medplum, origin, earlier);
  try {
    const result = await run(id, isRepeat || !authoredOn ? new Date() : new Date(authoredOn));
    const isTold = status === 'completed' && !result.report.ledger;
    if (!isTold) await completeTask(medplum, id, result);
    return result;
  } catch (error) {
    if (error instanceof HeldImport) await holdTask(medplum, id, origin.namespace, error);
    else await failTask(medplum, id, error);
    throw error;
  }
}

/** The Task of an earlier import of the same file, if there is one. */
export function findTask(medplum: MedplumClient, origin: Origin): Promise<StoredTask | undefined> {
  const identifier = encodeURIComponent(`${EHI_EXPORT_SYSTEM}|${origin.exportId}`);
  return retryRead(() => medplum.searchOne('Task', `identifier=${identifier}`));
}

/** Conditional, so that a lost reply never leaves two. */
function startTask(medplum: MedplumClient, origin: Origin, earlier: StoredTask | undefined): Promise<StoredTask> {
  if (earlier) {
    // What an earlier run was told no longer holds.
    const { businessStatus: _, statusReason: __, ...rest } = earlier;
    return medplum.updateResource<Task>({ ...rest, status: 'in-progress' });
  }
  const identifier = { system: EHI_EXPORT_SYSTEM, value: origin.exportId };
  const task: Task = {
    resourceType: 'Task',
    meta: { tag: originTags(origin) },
    identifier: [identifier],
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }], text: 'Import of a health record' },
    intent: 'order',
    status: 'in-progress',
    authoredOn: new Date().toISOString(),
    focus: { identifier: { system: ORG_CONNECTION_SYSTEM, value: origin.namespace } },
    executionPeriod: { start: new Date().toISOString() },
  };
  const query = `identifier=${encodeURIComponent(`${identifier.system}|${identifier.value}`)}`;
  return retryRead(() => medplum.createResourceIfNoneExist(task, query));
}

async function completeTask(medplum: MedplumClient, id: string, { report, patient }: ImportResult): Promise<void> {
  await changeTask(medplum, id, ({ statusReason: _, ...task }) => ({
    ...task,
    status: 'completed',
    ...(patient ? { for: { reference: patient } } : {}),
    executionPeriod: { ...task.executionPeriod, end: new Date().toISOString() },
    output: outputsOfCompleted(task, report),
  }));
}

/** Best effort: the server may be what failed. The caller reports the error itself. */
async function failTask(medplum: MedplumClient, id: string, error: unknown): Promise<void> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unexpected';
  try {
    await changeTask(medplum, id, (task) => ({ ...task, status: 'failed', statusReason: { text: code } }));
  } catch {
    return;
  }
}
