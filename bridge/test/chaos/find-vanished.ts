import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { ledgerFromTask } from '../../contract/import-task.ts';
import { parseVanished } from '../../contract/ledger-entry.ts';
import { readBinaryLines } from '../../medplum/binaries/read-binary-lines.ts';
import { readBatch } from './read-batch.ts';

/** What the newest ledger tells as no longer sent. */
interface Vanished {
  /** Source keys, in order. */
  readonly keys: readonly string[];
  /** How many of them are not in the store any more, where they must stay (docs/decisions/0005). */
  readonly gone: number;
}

/** Reads what the last completed one of these imports, the oldest first, did not bring any more. */
export async function findVanished(medplum: MedplumClient, tasks: readonly Task[]): Promise<Vanished> {
  const ledger = tasks.flatMap((task) => (task.status === 'completed' ? (ledgerFromTask(task) ?? []) : [])).at(-1);
  if (!ledger) return { keys: [], gone: 0 };
  const [keys, earlier]: [string[], string[]] = [[], []];
  for await (const line of readBinaryLines(medplum, ledger.reference.slice('Binary/'.length))) {
    const vanished = parseVanished(line);
    if (!vanished) continue;
    keys.push(vanished.key);
    earlier.push(vanished.earlier);
  }
  const gone = (await readBatch(medplum, earlier)).filter(({ response }) => response?.status !== '200').length;
  return { keys: keys.sort(), gone };
}
