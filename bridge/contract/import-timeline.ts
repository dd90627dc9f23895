import type { Task, TaskInput } from '@medplum/fhirtypes';
import { IMPORT_CODE_SYSTEM } from './identifiers.ts';

/**
 * What happens to an import, in order: the patient connected the health system, its export was asked for (or first heard of),
 * Fasten's webhook announced it, its download began and ended, and the last line was loaded. Of what happens again, the
 * download, the last time counts.
 */
export const IMPORT_MOMENTS = [
  'consented',
  'requested',
  'announced',
  'download-started',
  'downloaded',
  'loaded',
] as const;

export type ImportMoment = (typeof IMPORT_MOMENTS)[number];

/** FHIR dateTimes by what happened then. */
export type ImportTimeline = Readonly<Partial<Record<ImportMoment, string>>>;

/** Reads when what happened: one `Task.input` each, its code the moment with `-at`. */
export function timelineFromTask(task: Task): ImportTimeline {
  const told = IMPORT_MOMENTS.flatMap((moment) => {
    const at = task.input?.find((input) => isMoment(input, moment))?.valueDateTime;
    return at === undefined ? [] : [[moment, at] as const];
  });
  return Object.fromEntries(told);
}

/** The Task that says when this happened; an earlier time of the same gives way. */
export function withMoment<T extends Task>(task: T, moment: ImportMoment, at: string): T {
  const others = task.input?.filter((input) => !isMoment(input, moment)) ?? [];
  const type = { coding: [{ system: IMPORT_CODE_SYSTEM, code: `${moment}-at` }] };
  return { ...task, input: [...others, { type, valueDateTime: at }] };
}

function isMoment({ type }: TaskInput, moment: ImportMoment): boolean {
  return type.coding?.some(({ system, code }) => system === IMPORT_CODE_SYSTEM && code === `${moment}-at`) ?? false;
}
