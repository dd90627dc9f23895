import { getStatus, type MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { Patient, Task } from '@medplum/fhirtypes';
import { compareDemographics, TRAITS, type Trait } from '../../contract/demographics/compare-demographics.ts';
import { holdFromTask } from '../../contract/import-hold.ts';
import { PermanentError } from '../../errors.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';
import { search } from '../match/look-up.ts';
import { escapeSearchValue, metaSource } from '../meta-source.ts';
import type { ExportIndex } from '../order/export-index.ts';
import type { SourceResource } from '../scan/read-resource.ts';
import { findBystanders } from './find-bystanders.ts';
import { HeldImport } from './held-import.ts';
import { readSubjects } from './read-subjects.ts';

export interface ChartGuard {
  readonly namespace: string;
  readonly index: ExportIndex;
  /** The spool files of the index. */
  readonly files: readonly string[];
  /** `Patient/<id>` of the chart; without one there is no chart to get wrong. */
  readonly patient: string | undefined;
  /** The import's Task, where a person may have accepted the difference. */
  readonly taskId: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the guard says of an export. */
export interface ChartVerdict {
  /** Why the import must be held; undefined when nothing is in the way. */
  readonly held: HeldImport | undefined;
  /**
   * What the chart or a Patient of the export does not say, where the rest alone does not tell that they are the same; all of it
   * where the export has no Patient that can be read.
   */
  readonly unsure: readonly Trait[];
  /** Rows of Patients who are somebody else, see `findBystanders`. */
  readonly bystanders: ReadonlySet<number>;
}

/**
 * Compares every Patient whose records the export holds with the chart's. Reads only.
 * Nothing is in the way when there is no conflict, one that a person accepted for this Task and this chart, or one with a
 * source Patient that this chart holds already, as it is. What is unsure is let in, and told.
 * Throws PermanentError `patient-missing` when the chart cannot be read.
 */
export async function guardChart(medplum: MedplumClient, guard: ChartGuard): Promise<ChartVerdict> {
  const { patient } = guard;
  if (!patient) return { held: undefined, unsure: [], bystanders: new Set() };
  const chart = await readChart(medplum, patient, guard.signal);
  const [conflicts, unsaid] = [new Set<Trait>(), new Set<Trait>()];
  let compared = 0;
  for await (const source of readSubjects(guard)) {
    compared++;
    const { verdict, reasons } = compareDemographics(chart, source.resource);
    if (verdict === 'different' && (await isInChart(medplum, guard, source))) continue;
    for (const reason of reasons) (verdict === 'unsure' ? unsaid : conflicts).add(reason);
  }
  // An export that tells of no Patient, or of none that can be read, tells nothing of whose it is.
  if (compared === 0) for (const trait of TRAITS) unsaid.add(trait);
  const held = conflicts.size > 0 ? await unlessAccepted(medplum, guard, patient, conflicts) : undefined;
  const unsure = TRAITS.filter((trait) => unsaid.has(trait));
  return { held, unsure, bystanders: await findBystanders(chart, guard) };
}

async function unlessAccepted(
  medplum: MedplumClient,
  { taskId, signal }: ChartGuard,
  patient: string,
  conflicts: ReadonlySet<Trait>,
): Promise<HeldImport | undefined> {
  const task = taskId ? await retryRead(() => medplum.readResource('Task', taskId), signal) : undefined;
  const accepted = acceptedDifferences(task, patient);
  if ([...conflicts].every((conflict) => accepted.includes(conflict))) return undefined;
  const reasons = TRAITS.filter((trait) => conflicts.has(trait));
  // A Task that is completed told of another chart: there is nothing in it to decide.
  return new HeldImport(patient, reasons, task?.status === 'completed' ? undefined : taskId);
}

async function readChart(medplum: MedplumClient, patient: string, signal?: AbortSignal): Promise<Patient> {
  try {
    return await retryRead(() => medplum.readResource('Patient', patient.slice('Patient/'.length)), signal);
  } catch (error) {
    if (!(error instanceof OperationOutcomeError) || ![403, 404, 410].includes(getStatus(error.outcome))) throw error;
    throw new PermanentError('patient-missing', `the server has no ${patient} that this client may read`);
  }
}

/** What was let into the chart once, by agreement or by a person's word, is not asked about at every re-sync. */
async function isInChart(medplum: MedplumClient, guard: ChartGuard, source: SourceResource): Promise<boolean> {
  const value = encodeURIComponent(escapeSearchValue(metaSource(guard.namespace, source.key)));
  // As a batch: the key of a source is health data, and a server's access log keeps URLs.
  const [found] = await search(medplum, [`Patient?_source=${value}&_count=1`], guard.signal);
  const stored = found?.resourceType === 'Patient' ? found : undefined;
  const isLinked = stored?.link?.some(({ type, other }) => type === 'replaced-by' && other.reference === guard.patient);
  return (
    stored !== undefined && isLinked === true && compareDemographics(stored, source.resource).verdict !== 'different'
  );
}

function acceptedDifferences(task: Task | undefined, patient: string): readonly string[] {
  if (!task) return [];
  const hold = holdFromTask(task);
  return hold.decision === 'accepted' && hold.candidate === patient ? hold.differences : [];
}
