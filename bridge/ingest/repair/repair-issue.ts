import type { OperationOutcomeIssue } from '@medplum/fhirtypes';
import { convertType } from './convert-type.ts';
import { unwrapArray, wrapSingle } from './fit-cardinality.ts';
import { keepText } from './keep-source.ts';
import { keepBrokenCompanions, keepForeignContained, keepUnknown } from './keep-unknown.ts';
import { companionAt, type Host, locateSpots, type Spot, valueAt } from './locate-spots.ts';
import { markAbsent } from './mark-absent.ts';
import { dropItem, moveOut, nearestOptional } from './move-out.ts';
import { repairInvariant } from './repair-invariant.ts';
import { isGone, type RepairRun, record } from './repair-run.ts';
import { repairText } from './repair-text.ts';

/** Tries to repair what one issue names, wherever it can be; `match` is what its pattern found in the message. */
type IssueRule = (run: RepairRun, root: Host, expression: string, match: RegExpExecArray) => boolean;

/** The same for one place. */
type SpotRule = (run: RepairRun, spot: Spot, match: RegExpExecArray) => boolean;

/**
 * The messages of the validator (packages/core/src/typeschema/validation.ts of medplum/medplum) and who answers them, in
 * stages: what is missing is clear only when all that is there has its place, and a rule across elements when they are whole.
 */
const STAGES: readonly (readonly (readonly [RegExp, IssueRule])[])[] = [
  [
    [/^The validator cannot read/, (run, root) => keepBrokenCompanions(run, root)],
    [/^Unknown data type/, (run, root) => keepForeignContained(run, root)],
    [/^Invalid additional property "([\s\S]*)"$/, keepUnknownNamed],
    [/^Expected array of values/, atSpots(wrapSingle)],
    [/^Expected single value/, atSpots(unwrapArray)],
    [/^Invalid empty/, atSpots(removeEmpty)],
    [/^Invalid JSON type: expected (\w+)/, atSpots(convert)],
    [/^Invalid (\w+) (?:format|value)$/, atSpots(rewrite)],
    [/^(?:Expected number to be|Value did not match)/, atSpots((run, spot) => moveOut(run, spot))],
  ],
  [[/^Missing required property/, atSpots(supply)]],
  [[/^Constraint (\S+) not met/, (run, root, expression, [, key = '']) => repairInvariant(run, root, expression, key)]],
];

/** Repairs what the issues name, one stage only. False when no rule could do anything. */
export function repairIssues(run: RepairRun, root: Host, issues: readonly OperationOutcomeIssue[]): boolean {
  const told = new Map(issues.map((issue) => [`${issue.expression?.[0]} ${issue.details?.text}`, issue]));
  return STAGES.some((rules) => {
    const done = [...told.values()].map((issue) => repairIssue(run, root, issue, rules));
    return done.includes(true);
  });
}

function repairIssue(
  run: RepairRun,
  root: Host,
  issue: OperationOutcomeIssue,
  rules: readonly (readonly [RegExp, IssueRule])[],
): boolean {
  const message = issue.details?.text ?? '';
  for (const [pattern, rule] of rules) {
    const match = pattern.exec(message);
    if (match) return rule(run, root, issue.expression?.[0] ?? '', match);
  }
  return false;
}

function atSpots(rule: SpotRule): IssueRule {
  return (run, root, expression, match) => {
    const spots = locateSpots(root, expression).filter((spot) => !isGone(run, spot));
    return spots.map((spot) => rule(run, spot, match)).includes(true);
  };
}

function keepUnknownNamed(run: RepairRun, root: Host, expression: string, [, key = '']: RegExpExecArray): boolean {
  return keepUnknown(run, root, expression.slice(0, -key.length - 1), key);
}

/** `empty-value-removed`: an object or list without content says nothing. */
function removeEmpty(run: RepairRun, spot: Spot): boolean {
  const value = valueAt(spot);
  if (typeof value !== 'object' || value === null || Object.keys(value).length > 0) return false;
  if (spot.index === undefined) delete spot.host.object[spot.key];
  else dropItem(run, spot);
  record(run, 'empty-value-removed', spot.path);
  return true;
}

/** `number-as-string` and the like, as far as nothing is lost. */
function convert(run: RepairRun, spot: Spot, [, expected = '']: RegExpExecArray): boolean {
  const value = valueAt(spot);
  if (value === undefined || value === null || typeof value === expected) return false;
  const converted = convertType(expected, value);
  if (!converted || (!converted.isExact && !(typeof value === 'string' && keepText(spot, value))))
    return moveOut(run, spot);
  put(spot, converted.value);
  record(run, converted.rule, spot.path);
  return true;
}

/** The rules for text: blanks, control characters, dates, base64. */
function rewrite(run: RepairRun, spot: Spot, [, type = '']: RegExpExecArray): boolean {
  const value = valueAt(spot);
  if (typeof value !== 'string') return false;
  const repaired = repairText(type, value);
  if (!repaired || (repaired.isReduced && !keepText(spot, value))) return moveOut(run, spot);
  put(spot, repaired.text);
  for (const rule of repaired.rules) record(run, rule, spot.path);
  return true;
}

/** What is missing is marked as absent; where that cannot be, the nearest element that may be missing moves as a whole. */
function supply(run: RepairRun, spot: Spot): boolean {
  const { host, key } = spot;
  if (isFilled(spot)) return false;
  if (host.type === 'Narrative' && key === 'div')
    return host.spot !== undefined && moveOut(run, host.spot, 'narrative-without-div-removed');
  if (markAbsent(run, spot)) return true;
  const optional = host.spot && nearestOptional(host.spot);
  return optional !== undefined && moveOut(run, optional);
}

function isFilled(spot: Spot): boolean {
  return [valueAt(spot), companionAt(spot)].some(
    (value) =>
      value !== undefined &&
      value !== null &&
      value !== '' &&
      Object.keys(Object(value)).length + Number(typeof value !== 'object') > 0,
  );
}

function put({ host: { object }, key, index }: Spot, value: string | number | boolean): void {
  const list = object[key];
  if (index !== undefined && Array.isArray(list)) list[index] = value;
  else object[key] = value;
}
