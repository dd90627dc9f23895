import { namespaceFromConsent, orgConnectionIdOf } from '../../contract/connection.ts';
import { endedConnectionsSchema } from '../../contract/erasure.ts';
import type { Ending, Journey } from './draw-journey.ts';
import { findConnections, findImports } from './find-imports.ts';
import { insist, lookUntil } from './insist.ts';
import { listLoaded } from './list-loaded.ts';
import type { Surroundings } from './surroundings.ts';

/** Connections that have ended. */
export interface Ended {
  readonly orgConnectionIds: readonly string[];
  /** Ids of the receipts of erasures. */
  readonly receipts: readonly string[];
  /** `Type/<id>` of what had come in by then and must be gone; nothing when it may stay. */
  readonly seen: readonly string[];
}

/** The person ends their first connection, whatever is going on, and may have erased what came in through it. */
export async function endConnection(
  around: Surroundings,
  journey: Journey,
  patientId: string,
  orgConnectionIds: readonly string[],
  { erased, at }: Ending,
): Promise<Ended> {
  const [first = ''] = orgConnectionIds;
  await lookUntil(
    async () => (await findConnections(around.reader, patientId)).length === orgConnectionIds.length || undefined,
    () => 'every connection is the patient’s',
  );
  await lookUntil(
    async () => (at && around.passed(at.of) >= at.nth) || (await isAllDone(around, journey, patientId)) || undefined,
    () => 'every import has ended',
  );
  const seen = erased
    ? await lookUntil(
        () => see(around, patientId, first),
        () => 'the store shows what it has',
      )
    : [];
  const url = `${around.apiUrl}/connections/${patientId}/${first}${erased ? '?erase=true' : ''}`;
  const said = await insist({ method: 'DELETE', url, token: around.token });
  if (!erased) return { orgConnectionIds: [first], receipts: [], seen };
  const { connections, erasures } = endedConnectionsSchema.parse(said);
  return {
    orgConnectionIds: connections.map(({ orgConnectionId }) => orgConnectionId),
    receipts: erasures.map(({ erasureId }) => erasureId),
    seen,
  };
}

const DONE = ['completed', 'on-hold', 'failed', 'cancelled', 'rejected'];

async function isAllDone({ reader }: Surroundings, { later }: Journey, patientId: string): Promise<boolean> {
  const connections = await findConnections(reader, patientId);
  const imports = await Promise.all(connections.map((connection) => findImports(reader, connection)));
  return imports.every(
    (tasks) => tasks.length >= (later ? 2 : 1) && tasks.every(({ status }) => DONE.includes(status)),
  );
}

async function see({ reader }: Surroundings, patientId: string, orgConnectionId: string): Promise<string[]> {
  const connections = await findConnections(reader, patientId);
  const named = connections.find((one) => orgConnectionIdOf(one) === orgConnectionId);
  const namespace = named && namespaceFromConsent(named);
  const lineage = connections.filter((one) => namespaceFromConsent(one) === namespace);
  return listLoaded(reader, namespace ?? '', lineage);
}
