import type { MedplumClient } from '@medplum/core';
import type { Bundle } from '@medplum/fhirtypes';
import type { LedgerFile } from '../../contract/import-report.ts';
import { ledgerFromTask } from '../../contract/import-task.ts';
import { parseEntry, parseVanished } from '../../contract/ledger-entry.ts';
import { PermanentError } from '../../errors.ts';
import { readBinaryLines } from '../../medplum/binaries/read-binary-lines.ts';
import type { StoredTask } from '../../medplum/change-task.ts';
import type { Eraser } from './eraser.ts';
import { isOf } from './who-keeps-what.ts';

const READ_AT_ONCE = 200;

/**
 * What no search for the namespace's tag finds any more, though an import's ledger names it: resources that lost their
 * `meta` in an edit, and, where history goes too, those that somebody deleted here. A ledger is only a hint: erased is what
 * carried the tag in one of its versions.
 *
 * @param erase - Erases these references (`Type/<id>`).
 */
export async function eraseLost(
  eraser: Eraser,
  namespace: string,
  tasks: readonly StoredTask[],
  erase: (references: readonly string[]) => Promise<void>,
): Promise<void> {
  for await (const references of targets(eraser, tasks)) {
    const answers = await eraser.read(references);
    const wanted = eraser.expunges ? [200, 410] : [200];
    const lost = references.filter((_, position) => wanted.includes(answers[position]?.status ?? 0));
    const ours: string[] = [];
    for (const reference of lost) if (await wasOf(eraser, namespace, reference)) ours.push(reference);
    if (ours.length > 0) await erase(ours);
  }
}

async function wasOf(eraser: Eraser, namespace: string, reference: string): Promise<boolean> {
  const [answer] = await eraser.read([`${reference}/_history?_count=1000`]);
  const versions = (answer?.resource as Bundle | undefined)?.entry ?? [];
  return versions.some(({ resource }) => resource !== undefined && isOf(namespace, resource));
}

type Named = { readonly [name in 'target' | 'earlier']?: string | undefined };

/** What the ledgers of these imports name, so many at once. */
async function* targets({ medplum }: Eraser, tasks: readonly StoredTask[]): AsyncGenerator<string[]> {
  let batch = new Set<string>();
  for (const ledger of tasks.flatMap((task) => ledgerFromTask(task) ?? [])) {
    for await (const line of linesOf(medplum, ledger)) {
      const { target, earlier }: Named = parseEntry(line) ?? parseVanished(line) ?? {};
      for (const reference of [target, earlier]) if (reference) batch.add(reference);
      if (batch.size < READ_AT_ONCE) continue;
      yield [...batch];
      batch = new Set();
    }
  }
  if (batch.size > 0) yield [...batch];
}

/** None when an earlier run took the ledger away: it had read it before. */
async function* linesOf(medplum: MedplumClient, { reference }: LedgerFile): AsyncGenerator<string> {
  try {
    yield* readBinaryLines(medplum, reference.slice('Binary/'.length));
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
  }
}
