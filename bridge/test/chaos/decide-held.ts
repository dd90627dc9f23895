import { findConnections, findImports } from './find-imports.ts';
import { insist, lookUntil } from './insist.ts';
import type { Surroundings } from './surroundings.ts';

/** Staff decide about the import on hold when they see it; `both`: one accepts it while another rejects it. */
export async function decideHeld(
  around: Surroundings,
  patientId: string,
  decided: 'accepted' | 'rejected' | 'both',
): Promise<void> {
  const taskId = await lookUntil(
    () => findHeld(around, patientId),
    () => 'an import is on hold',
  );
  const acts = { accepted: ['accept'], rejected: ['reject'], both: ['accept', 'reject'] }[decided];
  await Promise.all(acts.map((act) => decide(around, taskId, act)));
}

async function findHeld({ reader }: Surroundings, patientId: string): Promise<string | undefined> {
  const [connection] = await findConnections(reader, patientId);
  const tasks = connection ? await findImports(reader, connection) : [];
  return tasks.find(({ status }) => status === 'on-hold')?.id;
}

/** Whoever is slower than somebody who decided otherwise is refused. */
function decide({ apiUrl, token, reader }: Surroundings, taskId: string, act: string): Promise<unknown> {
  const isRefused = async (status: number): Promise<boolean> => {
    return status === 409 && (await reader.readResource('Task', taskId, { cache: 'reload' })).status !== 'on-hold';
  };
  return insist({ method: 'POST', url: `${apiUrl}/imports/${taskId}/${act}`, token, isRefused });
}
