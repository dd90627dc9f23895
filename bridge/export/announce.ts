import type { Coding, TaskInput } from '@medplum/fhirtypes';
import { IMPORT_CODE_SYSTEM } from '../contract/identifiers.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import type { Payload } from '../queue/specs.ts';

/**
 * Writes into the Task what Fasten said about the export, so that it can be held against what arrived: files, files in a
 * format that is not loaded, links that were refused, resources in all and by type.
 *
 * @returns The Task with these inputs in place of earlier ones; others stay.
 */
export function withAnnouncement(task: StoredTask, ready: Payload<'export-ready'>): StoredTask {
  const { total, byType = {} } = ready.announced;
  const isOther = ready.files.filter(({ format }) => format === 'other').length;
  const inputs = [
    integer('announced-files', ready.files.length),
    ...(isOther > 0 ? [integer('files-not-loaded', isOther)] : []),
    ...(ready.refusedLinks > 0 ? [integer('links-refused', ready.refusedLinks)] : []),
    ...(total === undefined ? [] : [integer('announced-resources', total)]),
    ...Object.keys(byType)
      .sort()
      .map((type) => ({ type: inputType('announced-by-type'), valueString: `${type}: ${byType[type]}` })),
  ];
  const others = task.input?.filter(({ type }) => !type.coding?.some(isAnnouncement));
  return { ...task, input: [...(others ?? []), ...inputs] };
}

/** How many lines fewer arrived than Fasten announced. Its numbers are advisory: told, never a reason to refuse. */
export function missingLines(task: StoredTask, lines: number): number {
  const announced = task.input?.find(({ type }) => type.coding?.some(({ code }) => code === 'announced-resources'));
  return Math.max(0, (announced?.valueInteger ?? 0) - lines);
}

const CODES = ['announced-files', 'files-not-loaded', 'links-refused', 'announced-resources', 'announced-by-type'];

function isAnnouncement({ system, code = '' }: Coding): boolean {
  return system === IMPORT_CODE_SYSTEM && CODES.includes(code);
}

function integer(code: string, valueInteger: number): TaskInput {
  return { type: inputType(code), valueInteger };
}

function inputType(code: string): TaskInput['type'] {
  return { coding: [{ system: IMPORT_CODE_SYSTEM, code }] };
}
