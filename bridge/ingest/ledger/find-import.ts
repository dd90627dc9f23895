import { getStatus, type MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE, ORG_CONNECTION_SYSTEM } from '../../contract/identifiers.ts';
import { ledgerFromTask } from '../../contract/import-task.ts';
import { PermanentError } from '../../errors.ts';
import type { StoredTask } from '../../medplum/change-task.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';
import { findLineage, namespaceOf } from '../../medplum/find-connection.ts';
import { escapeSearchValue } from '../meta-source.ts';

/**
 * The Task of a completed import of a connection: this one, or the newest.
 * Throws PermanentError `task-missing`, `task-of-another-connection`, `no-completed-import`, or `import-held` when there is
 * none because a person has to decide first.
 */
export async function findImport(
  medplum: MedplumClient,
  namespace: string,
  taskId: string | undefined,
): Promise<StoredTask> {
  const focuses = (await retryRead(() => findLineage(medplum, namespace))).map(({ id }) => `Consent/${id}`);
  if (taskId) {
    const task = await readTask(medplum, taskId);
    if (!isOf(task, namespace, focuses)) {
      throw new PermanentError('task-of-another-connection', `Task/${taskId} is no import of connection ${namespace}`);
    }
    return completed([task], namespace);
  }
  return completed(await searchTasks(medplum, namespace, focuses, '&status=completed,on-hold'), namespace);
}

/**
 * The Task of the newest import of a namespace that wrote a ledger, whatever became of the Task since: an import that is
 * run again keeps the ledger of its first end until it ends again. Undefined when no import has come to its end.
 */
export async function findLedgerTask(medplum: MedplumClient, namespace: string): Promise<StoredTask | undefined> {
  const focuses = (await retryRead(() => findLineage(medplum, namespace))).map(({ id }) => `Consent/${id}`);
  const tasks = await searchTasks(medplum, namespace, focuses, '');
  return newest(tasks.filter((task) => isImport(task) && ledgerFromTask(task)));
}

/** The namespace that an import's Task belongs to; undefined when neither its tag nor its Consent tells. */
export async function namespaceOfTask(medplum: MedplumClient, task: StoredTask): Promise<string | undefined> {
  const tagged = task.meta?.tag?.find(({ system }) => system === ORG_CONNECTION_SYSTEM)?.code;
  const named = tagged ?? task.focus?.identifier?.value;
  const [, consentId] = /^Consent\/(.+)$/.exec(task.focus?.reference ?? '') ?? [];
  if (named !== undefined || consentId === undefined) return named;
  return namespaceOf(await retryRead(() => medplum.readResource('Consent', consentId)));
}

/** Whether the next import of the namespace would be compared with the ledger of this one; who cannot tell says so. */
export async function isNewestLedger(medplum: MedplumClient, task: StoredTask): Promise<boolean> {
  const namespace = await namespaceOfTask(medplum, task);
  return namespace === undefined || (await findLedgerTask(medplum, namespace))?.id === task.id;
}

async function searchTasks(
  medplum: MedplumClient,
  namespace: string,
  focuses: readonly string[],
  more: string,
): Promise<StoredTask[]> {
  const tag = encodeURIComponent(`${ORG_CONNECTION_SYSTEM}|${escapeSearchValue(namespace)}`);
  const owned = [`_tag=${tag}`, ...(focuses.length > 0 ? [`focus=${focuses.join(',')}`] : [])];
  const queries = owned.map((query) => `${query}${more}&_sort=-_lastUpdated&_count=100`);
  const found = await Promise.all(
    queries.map((query) => retryRead(() => medplum.searchResources('Task', query, { cache: 'reload' }))),
  );
  return found.flat();
}

function completed(tasks: readonly StoredTask[], namespace: string): StoredTask {
  const found = newest(tasks.filter((task) => task.status === 'completed' && isImport(task)));
  if (found) return found;
  const held = tasks.find((task) => task.status === 'on-hold' && isImport(task));
  if (held) {
    const decide = `npm run decide -- --task ${held.id} --accept|--reject`;
    throw new PermanentError('import-held', `Task/${held.id} is on hold; decide first: ${decide}`);
  }
  throw new PermanentError('no-completed-import', `connection ${namespace} has no completed import`);
}

function newest(tasks: readonly StoredTask[]): StoredTask | undefined {
  return tasks.toSorted((a, b) => endOf(b) - endOf(a))[0];
}

function isImport({ code }: Task): boolean {
  return code?.coding?.some(({ system, code }) => system === BRIDGE_CODE_SYSTEM && code === IMPORT_TASK_CODE) ?? false;
}

/** The Task of a file carries the connection's tag, that of an export leads to a Consent of the lineage unless it is on hold. */
function isOf({ meta, focus }: Task, namespace: string, focuses: readonly string[]): boolean {
  const isTagged = meta?.tag?.some(({ system, code }) => system === ORG_CONNECTION_SYSTEM && code === namespace);
  const isNamed = focus?.identifier?.system === ORG_CONNECTION_SYSTEM && focus.identifier.value === namespace;
  return isTagged === true || isNamed || focuses.includes(focus?.reference ?? '');
}

function endOf({ executionPeriod }: Task): number {
  return Date.parse(executionPeriod?.end ?? '') || 0;
}

async function readTask(medplum: MedplumClient, taskId: string): Promise<StoredTask> {
  try {
    return await retryRead(() => medplum.readResource('Task', taskId));
  } catch (error) {
    if (!(error instanceof OperationOutcomeError) || ![400, 403, 404, 410].includes(getStatus(error.outcome)))
      throw error;
    throw new PermanentError('task-missing', `there is no Task/${taskId} that this client may read`);
  }
}
