import type { Task } from '@medplum/fhirtypes';
import {
  type Connection,
  type ConnectionList,
  connectionFromConsent,
  type LatestImport,
} from '../contract/connection.ts';
import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE } from '../contract/identifiers.ts';
import { importStatusFromTask } from '../contract/import-status.ts';
import type { Caller } from '../medplum/callers.ts';
import { searchConnections } from '../medplum/search-connections.ts';
import type { ReadNextRun } from '../queue/specs.ts';

const MAX_RESULTS = '1000';

/**
 * Every connection of a Patient with its latest import and its next re-sync, read with the caller's own token throughout.
 *
 * @throws HttpError 404 for a Patient that the caller does not see.
 */
export async function listConnections(
  readNextRun: ReadNextRun,
  caller: Caller,
  patientId: string,
): Promise<ConnectionList> {
  const [consents, tasks] = await Promise.all([
    searchConnections(caller, patientId),
    caller.search('Task', {
      patient: `Patient/${patientId}`,
      code: `${BRIDGE_CODE_SYSTEM}|${IMPORT_TASK_CODE}`,
      _count: MAX_RESULTS,
      _sort: '-_lastUpdated',
    }),
  ]);
  const listed = consents.map(async (consent): Promise<Connection> => {
    const task = tasks.find(({ focus }) => focus?.reference === `Consent/${consent.id}`);
    const connection = connectionFromConsent(consent);
    const isScheduled = connection.status === 'active' && connection.resync !== 'off';
    const next = isScheduled ? await readNextRun('re-sync', [consent.id]) : undefined;
    return {
      ...connection,
      ...(task && { latestImport: toLatestImport(task) }),
      ...(next !== undefined && { nextResync: new Date(next).toISOString() }),
    };
  });
  const connections = await Promise.all(listed);
  return { connections: connections.map((each) => withSuccessor(each, connections)) };
}

/** Of a lineage the newest connection stands for all; the others say which one that is. */
function withSuccessor(connection: Connection, all: readonly Connection[]): Connection {
  const [newest] = all
    .filter(({ namespace }) => namespace === connection.namespace)
    .toSorted((a, b) => Date.parse(b.connectedAt ?? '') - Date.parse(a.connectedAt ?? ''));
  return newest === undefined || newest === connection ? connection : { ...connection, continuedBy: newest.consentId };
}

function toLatestImport(task: Task): LatestImport {
  const { taskId, status, phase, reason, nextStep } = importStatusFromTask(task);
  const lastUpdated = task.meta?.lastUpdated;
  return {
    taskId,
    status,
    ...(phase && { phase }),
    ...(reason && { reason }),
    ...(nextStep && { nextStep }),
    ...(lastUpdated && { lastUpdated }),
  };
}
