import type { Task, TaskInput } from '@medplum/fhirtypes';
import { IMPORT_CODE_SYSTEM } from './identifiers.ts';
import { countsFromTask } from './import-task.ts';

/** What the Task of a completed import says of the last time that its quarantined lines were tried again. */
export interface ImportRedrive {
  /** FHIR dateTimes; it runs, or waits to, while there is no end. */
  readonly askedAt: string;
  readonly endedAt?: string;
  /** Who asked: `Practitioner/<id>`. */
  readonly askedBy?: string;
  /** How many lines were quarantined then. */
  readonly lines: number;
  /** Why it came to nothing: a short code. What was loaded before stays. */
  readonly fault?: string;
}

/** Phase of a completed import whose quarantined lines are tried again. No Task says it: it follows from what is said here. */
export const REDRIVING = 'redriving';

const CODES = ['redrive-asked-at', 'redrive-asked-by', 'redrive-lines', 'redrive-ended-at', 'redrive-fault'] as const;

type RedriveCode = (typeof CODES)[number];

/** Undefined when nobody ever asked. */
export function redriveFromTask(task: Task): ImportRedrive | undefined {
  const said = (code: RedriveCode) => task.input?.find((input) => hasCode(input, code));
  const askedAt = said('redrive-asked-at')?.valueDateTime;
  if (askedAt === undefined) return undefined;
  const endedAt = said('redrive-ended-at')?.valueDateTime;
  const askedBy = said('redrive-asked-by')?.valueReference?.reference;
  const fault = said('redrive-fault')?.valueCode;
  return {
    askedAt,
    lines: said('redrive-lines')?.valueInteger ?? 0,
    ...(endedAt && { endedAt }),
    ...(askedBy && { askedBy }),
    ...(fault && { fault }),
  };
}

/** Whether its quarantined lines are being tried again. The Task stays completed: what it tells holds until there is more. */
export function isRedriving(task: Task): boolean {
  const redrive = redriveFromTask(task);
  return task.status === 'completed' && redrive !== undefined && redrive.endedAt === undefined;
}

/** The Task after somebody asked for it, in place of what it said of an earlier time. */
export function redrivingTask<T extends Task>(task: T, askedBy: string, askedAt: string): T {
  const inputs = [
    input('redrive-asked-at', { valueDateTime: askedAt }),
    input('redrive-asked-by', { valueReference: { reference: askedBy } }),
    input('redrive-lines', { valueInteger: countsFromTask(task).quarantined }),
  ];
  return { ...task, input: [...without(task, CODES), ...inputs] };
}

/** The Task after it came to its end, or to nothing. */
export function redrivenTask<T extends Task>(task: T, endedAt: string, fault?: string): T {
  const inputs = [
    input('redrive-ended-at', { valueDateTime: endedAt }),
    ...(fault === undefined ? [] : [input('redrive-fault', { valueCode: fault })]),
  ];
  return { ...task, input: [...without(task, ['redrive-ended-at', 'redrive-fault']), ...inputs] };
}

function without(task: Task, codes: readonly RedriveCode[]): TaskInput[] {
  return (task.input ?? []).filter((each) => !codes.some((code) => hasCode(each, code)));
}

function input(code: RedriveCode, value: Omit<TaskInput, 'type'>): TaskInput {
  return { type: { coding: [{ system: IMPORT_CODE_SYSTEM, code }] }, ...value };
}

function hasCode({ type }: TaskInput, wanted: RedriveCode): boolean {
  return type.coding?.some(({ system, code }) => system === IMPORT_CODE_SYSTEM && code === wanted) ?? false;
}
