import type { CodeableConcept, Task, TaskOutput } from '@medplum/fhirtypes';
import { BRIDGE_CODE_SYSTEM, IMPORT_CODE_SYSTEM, REMOVED_CODES } from './identifiers.ts';
import type { ImportReport, LedgerFile, LineProblem } from './import-report.ts';
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

/** Code of the Task inputs that tell how many of a type Fasten announced, and of those in all: `Observation: 2755`. */
const ANNOUNCED_BY_TYPE = 'announced-by-type';
const ANNOUNCED = 'announced-resources';

/** Code of the Task outputs that carry one rule of repair each, with how often it was applied: `null-removed: 12`. */
const REPAIRS = 'repairs-by-rule';

/** Code of the Task outputs that name one line each that was not loaded, see {@link formatLineProblem}. */
const PROBLEM = 'problem';

/** Codes of the Task outputs that name files: each file of the export as it came, and the ledger with its Merkle root. */
const RAW_EXPORT = 'raw-export';
const LEDGER = 'ledger';
const LEDGER_ROOT = 'ledger-root';
const LEDGER_STANDING = 'ledger-standing';

/** Code of the Task outputs that name one trait each by which nobody can tell whose record it is: `birth-date`, `sex`, ... */
const UNSURE_TRAIT = 'unsure-trait';

/** Code of the Task output that says that the server ran no transactions, so that the import was written by batches. */
const WITHOUT_TRANSACTIONS = 'without-transactions';

/** Codes of the Task outputs that say how the export met what was here: see {@link ImportReport}. */
const MERGED = 'merged';
const KEPT_HERE = 'kept-here';
const VANISHED = 'vanished';
const BY_EARLIER_RUN = 'by-earlier-run';

/** Anchored and bounded: a Task may have been edited by hand, and the text comes from a store that others write to. */
const BY_TYPE_TEXT = /^([A-Z][A-Za-z]{1,63}): (\d{1,15})$/;
const BY_RULE_TEXT = /^([a-z][a-z0-9-]{1,63}): (\d{1,15})$/;

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

/** Reads how many resources Fasten announced: in all (undefined when it did not say), and of each type. Advisory. */
export function announcedFromTask(task: Task): { readonly total: number | undefined; readonly byType: CountsByType } {
  const inputs = (code: string) => (task.input ?? []).filter(({ type }) => isOurs(type, code));
  return {
    total: inputs(ANNOUNCED)[0]?.valueInteger,
    byType: countsFromTexts(inputs(ANNOUNCED_BY_TYPE), BY_TYPE_TEXT),
  };
}

/** Reads how often each rule of repair was applied to the lines of the export. */
export function repairsFromTask(task: Task): Readonly<Record<string, number>> {
  return countsFromTexts(outputsWithCode(task, REPAIRS), BY_RULE_TEXT);
}

/** Reads the lines that were not loaded, with the reason; at most {@link MAX_NAMED_PROBLEMS} of them are named. */
export function problemsFromTask(task: Task): LineProblem[] {
  return outputsWithCode(task, PROBLEM).flatMap((output) => parseLineProblem(output.valueString ?? '') ?? []);
}

/** Reads by which traits the record's Patient and the chart's could not be told to be the same person. */
export function unsureTraitsFromTask(task: Task): string[] {
  return outputsWithCode(task, UNSURE_TRAIT).flatMap(({ valueString }) => valueString ?? []);
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
 * What a finished import writes into `Task.output`: the counts, the types received and stored, its ledger, and the first
 * problems. Set beside the raw exports, see {@link outputsOfCompleted}.
 */
export function outputsFromReport(report: ImportReport): TaskOutput[] {
  const problems = report.problems.slice(0, MAX_NAMED_PROBLEMS).map((problem): TaskOutput => {
    return { type: outputType(PROBLEM), valueString: formatLineProblem(problem) };
  });
  return [
    ...outputsFromCounts(report, report.storedByType),
    ...byTypeOutputs(RECEIVED_BY_TYPE, report.receivedByType),
    ...repairOutputs(report.repairsByRule),
    ...syncOutputs(report),
    ...ledgerOutputs(report.ledger),
    ...(report.unsureTraits ?? []).map((trait) => ({ type: outputType(UNSURE_TRAIT), valueString: trait })),
    ...(report.withoutTransactions ? [{ type: outputType(WITHOUT_TRANSACTIONS), valueBoolean: true }] : []),
    ...problems,
  ];
}

/** In order of their names, as the types are. */
function repairOutputs(repairs: ImportReport['repairsByRule']): TaskOutput[] {
  return Object.entries(repairs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([rule, count]) => ({ type: outputType(REPAIRS), valueString: `${rule}: ${count}` }));
}

/** What is not the end of a line, but worth telling: numbers above 0 only. */
function syncOutputs({ merged = 0, keptHere = 0, vanished = 0, byEarlierRun = 0 }: ImportReport): TaskOutput[] {
  const counts = { [MERGED]: merged, [KEPT_HERE]: keptHere, [VANISHED]: vanished, [BY_EARLIER_RUN]: byEarlierRun };
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([code, valueInteger]) => ({ type: outputType(code), valueInteger }));
}

/** Reads how many resources of earlier exports the import's own export did not name. */
export function vanishedFromTask(task: Task): number {
  return outputsWithCode(task, VANISHED)[0]?.valueInteger ?? 0;
}

/** Reads how many of the unchanged were written by an earlier run of the import, which did not come to its end. */
export function byEarlierRunFromTask(task: Task): number {
  return outputsWithCode(task, BY_EARLIER_RUN)[0]?.valueInteger ?? 0;
}

/** Whether anything of the export was written, by whichever run of the import. */
export function hasWritten(task: Task): boolean {
  const { created, updated } = countsFromTask(task);
  return created + updated + byEarlierRunFromTask(task) > 0;
}

function ledgerOutputs(ledger: LedgerFile | undefined): TaskOutput[] {
  if (!ledger) return [];
  return [
    { type: outputType(LEDGER), valueReference: { reference: ledger.reference } },
    { type: outputType(LEDGER_ROOT), valueString: ledger.merkleRoot },
    ...(ledger.standing ? [{ type: outputType(LEDGER_STANDING), valueString: ledger.standing }] : []),
  ];
}

/** A file of the export as it came, kept in Medplum. */
export interface RawExport {
  /** `Binary/<id>`. */
  readonly reference: string;
  /** Of its bytes, hex. */
  readonly sha256: string;
}

/** Reads which Binaries hold the raw export, in the order of its files. */
export function rawExportsFromTask(task: Task): RawExport[] {
  return outputsWithCode(task, RAW_EXPORT).flatMap(({ valueReference }) => {
    const { reference, display } = valueReference ?? {};
    const [, sha256] = /^sha256:([0-9a-f]{64})$/.exec(display ?? '') ?? [];
    return reference && sha256 ? [{ reference, sha256 }] : [];
  });
}

/** The outputs of a Task with these raw exports in place of those that it names. */
export function outputsWithRawExports(task: Task, files: readonly RawExport[]): TaskOutput[] {
  const named = files.map(({ reference, sha256 }): TaskOutput => {
    return { type: outputType(RAW_EXPORT), valueReference: { reference, display: `sha256:${sha256}` } };
  });
  const former = new Set(outputsWithCode(task, RAW_EXPORT));
  return [...named, ...(task.output ?? []).filter((output) => !former.has(output))];
}

/** Reads where the ledger of a completed import lies. */
export function ledgerFromTask(task: Task): LedgerFile | undefined {
  const reference = outputsWithCode(task, LEDGER)[0]?.valueReference?.reference;
  const merkleRoot = outputsWithCode(task, LEDGER_ROOT)[0]?.valueString;
  const standing = outputsWithCode(task, LEDGER_STANDING)[0]?.valueString;
  return reference && merkleRoot ? { reference, merkleRoot, ...(standing && { standing }) } : undefined;
}

/** The Task without its raw export, or its ledger: they were removed at their age, which a tag says. */
export function withoutKept<T extends Task>(task: T, kind: keyof typeof REMOVED_CODES): T {
  const gone = new Set(outputsWithCode(task, kind === 'ledger' ? LEDGER : RAW_EXPORT));
  const { tag = [] } = task.meta ?? {};
  return {
    ...task,
    meta: { ...task.meta, tag: [...tag, { system: BRIDGE_CODE_SYSTEM, code: REMOVED_CODES[kind] }] },
    output: (task.output ?? []).filter((output) => !gone.has(output)),
  };
}

/** Whether the raw export of an import, or its ledger, was removed at its age. */
export function wasRemoved({ meta }: Task, kind: keyof typeof REMOVED_CODES): boolean {
  return meta?.tag?.some(({ system, code }) => system === BRIDGE_CODE_SYSTEM && code === REMOVED_CODES[kind]) ?? false;
}

/** The outputs of a Task whose import is done: its raw exports and what others put there stay, the rest is the report's. */
export function outputsOfCompleted(task: Task, report: ImportReport): TaskOutput[] {
  const others = (task.output ?? []).filter(
    ({ type }) => !type.coding?.some(({ system }) => system === IMPORT_CODE_SYSTEM),
  );
  return [...outputsWithCode(task, RAW_EXPORT), ...others, ...outputsFromReport(report)];
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
  return countsFromTexts(outputsWithCode(task, code), BY_TYPE_TEXT);
}

function countsFromTexts(told: readonly { readonly valueString?: string }[], text: RegExp): Record<string, number> {
  const pairs = told.flatMap(({ valueString }): [string, number][] => {
    const [, name, count] = text.exec(valueString ?? '') ?? [];
    return name && count ? [[name, Number(count)]] : [];
  });
  return Object.fromEntries(pairs);
}

function outputType(code: string): TaskOutput['type'] {
  return { coding: [{ system: IMPORT_CODE_SYSTEM, code }] };
}

function outputsWithCode(task: Task, code: string): TaskOutput[] {
  return task.output?.filter(({ type }) => isOurs(type, code)) ?? [];
}

function isOurs({ coding }: CodeableConcept, wanted: string): boolean {
  return coding?.some(({ system, code }) => system === IMPORT_CODE_SYSTEM && code === wanted) ?? false;
}
