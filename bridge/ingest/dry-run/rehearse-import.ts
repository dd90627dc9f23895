import { randomUUID } from 'node:crypto';
import type { MedplumClient } from '@medplum/core';
import type { ImportReport } from '../../contract/import-report.ts';
import { bindPatient } from '../bind-patient.ts';
import { Documents } from '../documents/documents.ts';
import { type ChartVerdict, guardChart } from '../guard/guard-chart.ts';
import { type FileImport, withFile } from '../import-file.ts';
import { readEarlierImport } from '../ledger/earlier-import.ts';
import type { LoadContext } from '../load-context.ts';
import { loadExport } from '../load-export.ts';
import { refuseDeletedPatient } from '../match/pass-deleted.ts';
import { indexExport } from '../order/index-export.ts';
import { findTask } from '../record-task.ts';
import { RowStates } from '../row-states.ts';
import { composeEntry } from '../shape/compose-entry.ts';
import { loadDefinitions } from '../shape/load-definitions.ts';
import type { Origin } from '../shape/shape-meta.ts';
import { Tally } from '../tally.ts';
import { fencedCommitter } from '../write/commit-bundle.ts';
import { settleDecision } from '../write/settle-rows.ts';
import { DanglingCounter } from './count-dangling.ts';
import { CountingLanes } from './counting-lanes.ts';

/** What an import would do. Counts and codes only. */
export interface Rehearsal {
  /** As the import would give it, but for what only the server refuses. */
  readonly report: ImportReport;
  /** `held`: the import would stop and wait for a person; `no-chart`: there is none to compare with. */
  readonly guard: { readonly verdict: 'clear' | 'unsure' | 'held' | 'no-chart'; readonly traits: readonly string[] };
  /** References whose target is neither in the file nor in the store, by the type that they name. */
  readonly danglingByType: Readonly<Record<string, number>>;
  /** Documents that would be uploaded. */
  readonly documents: { readonly count: number; readonly bytes: number };
  /** Single writes of all bundles, fences and Provenance included. */
  readonly writes: number;
  readonly bundles: number;
}

/**
 * Goes through an import of a file without writing anything: the same steps read, match, link and decide, over lanes and
 * documents that only count. Throws as `importFile` does, but never HeldImport.
 */
export function rehearseImport(medplum: MedplumClient, request: FileImport): Promise<Rehearsal> {
  return withFile(medplum, request, (origin, files) => rehearse(medplum, request, origin, files));
}

async function rehearse(
  medplum: MedplumClient,
  { patient, signal, onProgress }: FileImport,
  origin: Origin,
  files: readonly string[],
): Promise<Rehearsal> {
  await loadDefinitions();
  const tally = new Tally();
  const uploads = { count: 0, bytes: 0 };
  const documents = new Documents(undefined, async ({ content }) => {
    uploads.count++;
    uploads.bytes += content.bytes;
    return randomUUID();
  });
  const index = await indexExport({ files, tally, documents, signal, onProgress });
  const { namespace } = origin;
  const task = await findTask(medplum, origin);
  const chart = await guardChart(medplum, { namespace, index, files, patient, taskId: task?.id, signal });
  const dangling = new DanglingCounter();
  const lanes = new CountingLanes();
  const earlier = await readEarlierImport(medplum, { namespace, index, signal });
  tally.vanished = earlier?.vanished ?? 0;
  const context: LoadContext = {
    medplum,
    // The probe would be a write; the two modes give a line the same disposition.
    hasTransactions: true,
    origin,
    files,
    index,
    states: new RowStates(index.size),
    tally,
    documents,
    binding: bindPatient(index, patient, chart.bystanders),
    earlier,
    retrieved: new Date(),
    onLinked: (prepared) => dangling.look(prepared),
    signal,
    onProgress,
  };
  await refuseDeletedPatient(context);
  await loadExport(context, fencedCommitter(context, lanes), {
    store: async (member, outside) => {
      const decision = await composeEntry(context, member, new Map(), outside);
      settleDecision(context, decision, new Map([[member.prepared.row, randomUUID()]]));
      return decision;
    },
    prove: async () => undefined,
  });
  const { bundles, writes } = lanes;
  const guard = guardOf(patient, chart);
  return {
    report: tally.report(namespace),
    guard,
    danglingByType: dangling.byType(),
    documents: uploads,
    writes,
    bundles,
  };
}

function guardOf(patient: string | undefined, { held, unsure }: ChartVerdict): Rehearsal['guard'] {
  if (!patient) return { verdict: 'no-chart', traits: [] };
  if (held) return { verdict: 'held', traits: held.reasons };
  return { verdict: unsure.length > 0 ? 'unsure' : 'clear', traits: unsure };
}
