import type { OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { JsonObject } from '../walk-references.ts';
import { findErrors } from './check-resource.ts';
import { keepBrokenCompanions, keepUnknown } from './keep-unknown.ts';
import { rootHost } from './locate-spots.ts';
import { mendTexts } from './mend-text.ts';
import { isProvenValid } from './prove-valid.ts';
import { recogniseVersion } from './recognise-version.ts';
import { repairIssues } from './repair-issue.ts';
import { dropLeaving, type Repair, type RepairRun, record, startRun } from './repair-run.ts';
import { findMiscasedCodes } from './status-codes.ts';
import { surveyResource } from './survey-resource.ts';
import { sweepNothing } from './sweep-nothing.ts';
import type { OtherVersion } from './version-shape.ts';

export type { Repair } from './repair-run.ts';

/** A resource that the server would take, and how it came to that; the source itself when there was nothing to repair. */
export interface Repaired {
  readonly resource: JsonObject;
  readonly repairs: readonly Repair[];
}

/** A resource that the server would refuse whatever is done to its form: what is wrong with it. */
export interface Unrepairable {
  readonly issues: readonly OperationOutcomeIssue[];
  /** When it is a line of another version of FHIR, which is not broken but means other things than R4. */
  readonly otherVersion?: OtherVersion;
}

/** Each round mends what the round before uncovered; real lines take two to five. */
const MAX_ROUNDS = 40;

const NO_REPAIRS: readonly Repair[] = [];

/**
 * Makes a resource acceptable to the server by named rules, without inventing content and without losing any: what cannot
 * stay moves into extensions, each change is recorded. `source` is the parsed line without `id` and with only those parts
 * of `meta` that the server keeps. It is never changed. Never throws.
 */
export function repairResource(source: JsonObject): Repaired | Unrepairable {
  if (isProvenValid(source) && findMiscasedCodes(source).length === 0) return { resource: source, repairs: NO_REPAIRS };
  const { hasEmptyString, hasBrokenText, hasClash, isHostile } = surveyResource(source);
  if (isHostile) return { issues: [HOSTILE] };
  if (typeof source.resourceType !== 'string') return { issues: findErrors(source) };
  const run = hasClash ? parted(source) : undefined;
  const errors = findErrors(run?.resource ?? source);
  const otherVersion = errors.length > 0 ? recogniseVersion(source) : undefined;
  if (otherVersion) return { issues: errors, otherVersion };
  const isWhole = errors.length === 0 && !hasEmptyString && !hasBrokenText;
  if (!run?.repairs.length && isWhole && findMiscasedCodes(source).length === 0)
    return { resource: source, repairs: NO_REPAIRS };
  return repairRun(run ?? startRun(structuredClone(source)), errors);
}

/** A copy that the validator reads as what it is, and leaves so. */
function parted(source: JsonObject): RepairRun {
  const run = startRun(structuredClone(source));
  const root = rootHost(run.resource);
  if (typeof source.value === 'number') keepUnknown(run, root, root.type, 'value');
  keepBrokenCompanions(run, root);
  return run;
}

function repairRun(run: RepairRun, errors: readonly OperationOutcomeIssue[]): Repaired | Unrepairable {
  let left = repairInRounds(run, errors);
  if (left.length === 0 && mendTexts(run)) left = repairInRounds(run, findErrors(run.resource));
  if (left.length > 0) return { issues: left };
  normaliseCodes(run);
  return { resource: run.resource, repairs: run.repairs };
}

/** Repairs until the server would take the resource; what it would still say when no rule helps any more. */
function repairInRounds(run: RepairRun, errors: readonly OperationOutcomeIssue[]): readonly OperationOutcomeIssue[] {
  let issues = errors;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (issues.length === 0 && !surveyResource(run.resource).hasEmptyString) return issues;
    const isChanged = repairIssues(run, rootHost(run.resource), issues);
    dropLeaving(run);
    // After the issues, since those count on the places that it closes up.
    const isSwept = sweepNothing(run);
    if (!isChanged && !isSwept) return issues;
    issues = findErrors(run.resource);
  }
  return issues;
}

function normaliseCodes(run: RepairRun): void {
  for (const { rule, path, key, code } of findMiscasedCodes(run.resource)) {
    run.resource[key] = code;
    record(run, rule, path);
  }
}

const HOSTILE: OperationOutcomeIssue = {
  severity: 'error',
  code: 'too-costly',
  details: {
    text: 'Nested too deeply, a long text in place of an object, or a property named as JavaScript names its own',
  },
};
