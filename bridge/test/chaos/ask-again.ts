import { syncAnswerSchema } from '../../contract/sync.ts';
import type { Journey } from './draw-journey.ts';
import { findConnections, findImports } from './find-imports.ts';
import { insist, lookUntil } from './insist.ts';
import { whose } from './people.ts';
import { laterSourceOf } from './personas.ts';
import type { Surroundings } from './surroundings.ts';

/** Once the record is loaded, it becomes another one at its source, and the person asks for it again. */
export async function askAgain(
  around: Surroundings,
  journey: Journey,
  patientId: string,
  orgConnectionId: string,
): Promise<void> {
  await lookUntil(
    () => isLoaded(around, patientId),
    () => 'the record is loaded',
  );
  const source = { ...laterSourceOf(journey.persona, journey.later ?? 'same'), patient: whose(journey) };
  await around.fasten.changeRecord(orgConnectionId, { persona: source });
  await lookUntil(
    () => askForAll(around, patientId),
    () => 'another export is asked for',
  );
}

async function isLoaded({ reader }: Surroundings, patientId: string): Promise<true | undefined> {
  const connections = await findConnections(reader, patientId);
  const tasks = (await Promise.all(connections.map((connection) => findImports(reader, connection)))).flat();
  return tasks.length > 0 && tasks.every(({ status }) => status === 'completed') ? true : undefined;
}

/** When the answer was lost, the export is under way by the time of the next try. */
async function askForAll({ apiUrl, token }: Surroundings, patientId: string): Promise<true | undefined> {
  const said = await insist({ method: 'POST', url: `${apiUrl}/sync/${patientId}`, token });
  const { connections } = syncAnswerSchema.parse(said);
  const isAsked = connections.every(({ outcome }) => outcome === 'requested' || outcome === 'under-way');
  return connections.length > 0 && isAsked ? true : undefined;
}
