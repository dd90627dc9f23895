import type { Task, TaskOutput } from '@medplum/fhirtypes';
import { IMPORT_CODE_SYSTEM } from './identifiers.ts';

/** Every way a line of an export can end. A line ends in exactly one, so these counts add up to the lines received. */
export const DISPOSITIONS = ['created', 'updated', 'unchanged', 'duplicate', 'quarantined', 'skipped'] as const;

export type Disposition = (typeof DISPOSITIONS)[number];

/** How many lines an import received and how each of them ended. All are whole numbers of lines, 0 when not said. */
export type ImportCounts = Readonly<Record<Disposition | 'lines', number>>;

/** Resources of the export that are now in the store, by resource type. */
export type CountsByType = Readonly<Record<string, number>>;

/** Code of the Task outputs that carry one resource type each, as `Observation: 2755`. */
const STORED_BY_TYPE = 'stored-by-type';

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

/**
 * Reads how many resources of each type are stored after an import.
 *
 * @param task - An import Task in any state.
 * @returns Resource type to count, in the order of the Task. Entries that cannot be read are left out.
 */
export function byTypeFromTask(task: Task): CountsByType {
  const pairs = outputsWithCode(task, STORED_BY_TYPE).flatMap((output): [string, number][] => {
    const [, resourceType, count] = BY_TYPE_TEXT.exec(output.valueString ?? '') ?? [];
    return resourceType && count ? [[resourceType, Number(count)]] : [];
  });
  return Object.fromEntries(pairs);
}

/**
 * The inverse of {@link countsFromTask} and {@link byTypeFromTask}: what an import writes into `Task.output`.
 *
 * @param counts - Lines received and their dispositions.
 * @param byType - Stored resources by type; written in order of the type's name, so that the same result gives the same
 *   bytes and an identical update of the Task makes no new version.
 * @returns Outputs to set beside those that name files (raw export, ledger).
 */
export function outputsFromCounts(counts: ImportCounts, byType: CountsByType): TaskOutput[] {
  const totals = (['lines', ...DISPOSITIONS] as const).map((code): TaskOutput => {
    return { type: outputType(code), valueInteger: counts[code] };
  });
  const types = Object.keys(byType).sort();
  const stored = types.map((resourceType): TaskOutput => {
    return { type: outputType(STORED_BY_TYPE), valueString: `${resourceType}: ${byType[resourceType]}` };
  });
  return [...totals, ...stored];
}

/** Lines that have an ending so far; equal to `counts.lines` once an import is done. */
export function settledLines(counts: ImportCounts): number {
  return DISPOSITIONS.reduce((sum, disposition) => sum + counts[disposition], 0);
}

/** Lines whose content is in the store now, whether this import or an earlier one wrote it. */
export function storedLines(counts: ImportCounts): number {
  return counts.created + counts.updated + counts.unchanged + counts.duplicate;
}

function outputType(code: string): TaskOutput['type'] {
  return { coding: [{ system: IMPORT_CODE_SYSTEM, code }] };
}

function outputsWithCode(task: Task, code: string): TaskOutput[] {
  const isOurs = (output: TaskOutput): boolean =>
    output.type.coding?.some((coding) => coding.system === IMPORT_CODE_SYSTEM && coding.code === code) ?? false;
  return task.output?.filter(isOurs) ?? [];
}
