import type { Task, TaskInput } from '@medplum/fhirtypes';
import { IMPORT_CODE_SYSTEM, ORG_CONNECTION_SYSTEM } from './identifiers.ts';

export const DECISIONS = ['accepted', 'rejected'] as const;

export type Decision = (typeof DECISIONS)[number];

/** Code of `Task.statusReason` while a person must decide, and after they decided against. */
export const PATIENT_DIFFERS = 'patient-differs';

/** What a Task says of a hold: whose chart it was for, why it was held, what it needs to go on, and what was decided. */
export interface ImportHold {
  /** `Patient/<id>` of the chart. A text, not a Reference: it must not bring the Task into that Patient's compartment. */
  readonly candidate?: string;
  /** In what the Patients differ: `family-name`, `given-name`, `birth-date`, `sex`. Never values. */
  readonly differences: readonly string[];
  /** The files of the export, in the words of whoever held it; none for a file that was imported by hand. */
  readonly files: readonly string[];
  readonly decision?: Decision;
  /** Who decided: `Practitioner/<id>`. */
  readonly decidedBy?: string;
  /** FHIR dateTime. */
  readonly decidedAt?: string;
}

/** What is told when an import is put on hold. */
export interface NewHold {
  /** The `org_connection_id`, or what a file that was imported by hand has for one. */
  readonly connection: string;
  readonly candidate: string;
  readonly differences: readonly string[];
  readonly files?: readonly string[] | undefined;
}

const HOLD_CODES = ['candidate', 'difference', 'held-file', 'decision', 'decided-by', 'decided-at'] as const;

type HoldCode = (typeof HOLD_CODES)[number];

/** Reads the hold out of a Task in any state; all empty when it never was on hold. */
export function holdFromTask(task: Task): ImportHold {
  const inputs = (code: HoldCode): TaskInput[] => (task.input ?? []).filter((input) => codeOf(input) === code);
  const texts = (code: HoldCode) => inputs(code).flatMap(({ valueString }) => valueString ?? []);
  const [candidate] = texts('candidate');
  const decision = DECISIONS.find((known) => known === inputs('decision')[0]?.valueCode);
  const decidedBy = inputs('decided-by')[0]?.valueReference?.reference;
  const decidedAt = inputs('decided-at')[0]?.valueDateTime;
  return {
    differences: inputs('difference').flatMap(({ valueCode }) => valueCode ?? []),
    files: texts('held-file'),
    ...(candidate && { candidate }),
    ...(decision && { decision }),
    ...(decidedBy && { decidedBy }),
    ...(decidedAt && { decidedAt }),
  };
}

/**
 * The Task on hold. Nothing of it points at the chart any more: `for` goes, and `focus` names the connection by its
 * identifier only, since nobody knows yet whose record this is.
 */
export function heldTask<T extends Task>(task: T, { connection, candidate, differences, files = [] }: NewHold): T {
  const { for: _, ...rest } = task;
  const inputs = [
    input('candidate', { valueString: candidate }),
    ...differences.map((valueCode) => input('difference', { valueCode })),
    ...files.map((valueString) => input('held-file', { valueString })),
  ];
  return {
    ...rest,
    status: 'on-hold',
    statusReason: {
      coding: [{ system: IMPORT_CODE_SYSTEM, code: PATIENT_DIFFERS }],
      text: `The Patient in the records and the Patient of the chart differ in: ${differences.join(', ')}`,
    },
    businessStatus: { coding: [{ system: IMPORT_CODE_SYSTEM, code: 'held' }] },
    focus: { identifier: { system: ORG_CONNECTION_SYSTEM, value: connection } },
    input: [...othersInputs(task, HOLD_CODES), ...inputs],
  } as unknown as T;
}

/** The Task after a person decided: `requested` again, or `rejected` for good. Who and when stay readable in it. */
export function decidedTask<T extends Task>(task: T, decision: Decision, decidedBy: string, decidedAt: string): T {
  const { statusReason, ...rest } = task;
  const inputs = [
    input('decision', { valueCode: decision }),
    input('decided-by', { valueReference: { reference: decidedBy } }),
    input('decided-at', { valueDateTime: decidedAt }),
  ];
  const isAccepted = decision === 'accepted';
  return {
    ...rest,
    status: isAccepted ? 'requested' : 'rejected',
    ...(!isAccepted && {
      statusReason,
      executionPeriod: { ...task.executionPeriod, end: decidedAt },
    }),
    businessStatus: { coding: [{ system: IMPORT_CODE_SYSTEM, code: isAccepted ? 'queued' : 'rejected' }] },
    input: [...othersInputs(task, ['decision', 'decided-by', 'decided-at']), ...inputs],
  } as unknown as T;
}

function othersInputs(task: Task, codes: readonly HoldCode[]): TaskInput[] {
  return (task.input ?? []).filter((each) => !codes.some((code) => codeOf(each) === code));
}

function input(code: HoldCode, value: Omit<TaskInput, 'type'>): TaskInput {
  return { type: { coding: [{ system: IMPORT_CODE_SYSTEM, code }] }, ...value };
}

function codeOf({ type }: TaskInput): string | undefined {
  return type.coding?.find(({ system }) => system === IMPORT_CODE_SYSTEM)?.code;
}
