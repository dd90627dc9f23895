import type { Task } from '@medplum/fhirtypes';
import {
  type Connection,
  type ConnectionList,
  connectionFromConsent,
  type LatestImport,
  orgConnectionIdOf,
} from '../contract/connection.ts';
import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE } from '../contract/identifiers.ts';
import { importStatusFromTask } from '../contract/import-status.ts';
import type { Caller } from '../medplum/callers.ts';
import { searchConnections } from '../medplum/search-connections.ts';
import type { ReadNextRun } from '../queue/specs.ts';

const MAX_RESULTS = '1000';

export interface ListDeps {
  readonly readNextRun: ReadNextRun;
  /**
   * Imports on hold by the connection (`org_connection_id`) that they name. The bridge's own client sees them: they name no
   * Patient, so that their own patient would not even be told that there is one.
   */
  readonly listHeld: (orgConnectionIds: readonly string[]) => Promise<ReadonlyMap<string, Task>>;
}

/**
 * Every connection of a Patient with its latest import and its next re-sync, read with the caller's own token throughout.
 *
 * @throws HttpError 404 for a Patient that the caller does not see.
 */
export async function listConnections(
  { readNextRun, listHeld }: ListDeps,
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
  const held = await listHeld(consents.flatMap((consent) => orgConnectionIdOf(consent) ?? []));
  const listed = consents.map(async (consent): Promise<Connection> => {
    const connection = connectionFromConsent(consent);
    const done = tasks.find(({ focus }) => focus?.reference === `Consent/${consent.id}`);
    const task = newer(held.get(connection.orgConnectionId), done);
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

function newer(held: Task | undefined, other: Task | undefined): Task | undefined {
  const at = (task: Task | undefined) => Date.parse(task?.authoredOn ?? task?.meta?.lastUpdated ?? '') || 0;
  return at(held) >= at(other) ? (held ?? other) : other;
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
