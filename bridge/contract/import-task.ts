import type { Task, TaskOutput } from '@medplum/fhirtypes';
import { IMPORT_CODE_SYSTEM } from './identifiers.ts';
import type { ImportReport, LineProblem } from './import-report.ts';
import { formatLineProblem, isTypeName, parseLineProblem } from './line-problem-text.ts';

/** Every way a line of an export can end. A line ends in exactly one, so these counts add up to the lines received. */
export const DISPOSITIONS = ['created', 'updated', 'unchanged', 'duplicate', 'quarantined', 'skipped'] as const;

export type Disposition = (typeof DISPOSITIONS)[number];

/** How many lines an import received and how each of them ended. All are whole numbers of lines, 0 when not said. */
export type ImportCounts = Readonly<Record<Disposition | 'lines', number>>;

/** Resources of the export that are now in the store, by resource type. */
export type CountsByType = Readonly<Record<string, number>>;

/** How many problems a Task names one by one. The counts tell of all; a Task of thousands of lines would help nobody. */
export const MAX_NAMED_PROBLEMS = 50;

/** Codes of the Task outputs that carry one resource type each, as `Observation: 2755`. */
const RECEIVED_BY_TYPE = 'received-by-type';
const STORED_BY_TYPE = 'stored-by-type';

/** Code of the Task outputs that name one line each that was not loaded, see {@link formatLineProblem}. */
const PROBLEM = 'problem';

/** Anchored and bounded: a Task may have been edited by hand, and the text comes from a store that others write to. */
const BY_TYPE_TEXT = /^([A-Z][A-Za-z]{1,63}): (\d{1,15})$/;

/**
 * Reads the counts that an import wrote into its Task.
 *
 * @param task - An import Task in any state; a running one carries the counts of its last checkpoint.
 * @returns One number for each disposition and the lines received. What the Task does not say is 0.
 */
export function countsFromTask(task: Task): ImportCounts {
  const read = (code: Disposition | 'lines'): number => {
    const value = outputsWithCode(task, code)[0]?.valueInteger;
    return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : 0;
  };
  return {
    lines: read('lines'),
    created: read('created'),
    updated: read('updated'),
    unchanged: read('unchanged'),
    duplicate: read('duplicate'),
    quarantined: read('quarantined'),
    skipped: read('skipped'),
  };
}

/** Reads how many lines of each resource type the export had. Entries that cannot be read are left out. */
export function receivedByTypeFromTask(task: Task): CountsByType {
  return countsByType(task, RECEIVED_BY_TYPE);
}

/** Reads how many resources of each type are in the store after the import. Entries that cannot be read are left out. */
export function byTypeFromTask(task: Task): CountsByType {
  return countsByType(task, STORED_BY_TYPE);
}

/** Reads the lines that were not loaded, with the reason; at most {@link MAX_NAMED_PROBLEMS} of them are named. */
export function problemsFromTask(task: Task): LineProblem[] {
  return outputsWithCode(task, PROBLEM).flatMap((output) => parseLineProblem(output.valueString ?? '') ?? []);
}

/**
 * The inverse of {@link countsFromTask} and {@link byTypeFromTask}: what a running import writes into `Task.output`.
 *
 * @param counts - Lines received and their dispositions.
 * @param byType - Stored resources by type; written in order of the type's name, so that the same result gives the same
 *   bytes and an identical update of the Task makes no new version.
 */
export function outputsFromCounts(counts: ImportCounts, byType: CountsByType): TaskOutput[] {
  const totals = (['lines', ...DISPOSITIONS] as const).map((code): TaskOutput => {
    return { type: outputType(code), valueInteger: counts[code] };
  });
  return [...totals, ...byTypeOutputs(STORED_BY_TYPE, byType)];
}

/**
 * What a finished import writes into `Task.output`: the counts, the types received and stored, and the first problems.
 * Set beside the outputs that name files (raw export, ledger).
 */
export function outputsFromReport(report: ImportReport): TaskOutput[] {
  const problems = report.problems.slice(0, MAX_NAMED_PROBLEMS).map((problem): TaskOutput => {
    return { type: outputType(PROBLEM), valueString: formatLineProblem(problem) };
  });
  return [
    ...outputsFromCounts(report, report.storedByType),
    ...byTypeOutputs(RECEIVED_BY_TYPE, report.receivedByType),
    ...problems,
  ];
}

/** Lines that have an ending so far; equal to `counts.lines` once an import is done. */
export function settledLines(counts: ImportCounts): number {
  return DISPOSITIONS.reduce((sum, disposition) => sum + counts[disposition], 0);
}

/** Lines whose content is in the store now, whether this import or an earlier one wrote it. */
export function storedLines(counts: ImportCounts): number {
  return counts.created + counts.updated + counts.unchanged + counts.duplicate;
}

/** Names that cannot be a resource type are counted together as `Other`, so that the sum stays right. */
function byTypeOutputs(code: string, byType: CountsByType): TaskOutput[] {
  const sums = new Map<string, number>();
  for (const [name, count] of Object.entries(byType)) {
    const type = isTypeName(name) ? name : 'Other';
    sums.set(type, (sums.get(type) ?? 0) + count);
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, count]) => ({ type: outputType(code), valueString: `${type}: ${count}` }));
}

function countsByType(task: Task, code: string): CountsByType {
  const pairs = outputsWithCode(task, code).flatMap((output): [string, number][] => {
    const [, resourceType, count] = BY_TYPE_TEXT.exec(output.valueString ?? '') ?? [];
    return resourceType && count ? [[resourceType, Number(count)]] : [];
  });
  return Object.fromEntries(pairs);
}

function outputType(code: string): TaskOutput['type'] {
  return { coding: [{ system: IMPORT_CODE_SYSTEM, code }] };
}

function outputsWithCode(task: Task, code: string): TaskOutput[] {
  const isOurs = (output: TaskOutput): boolean =>
    output.type.coding?.some((coding) => coding.system === IMPORT_CODE_SYSTEM && coding.code === code) ?? false;
  return task.output?.filter(isOurs) ?? [];
}
