import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { LineProblem } from '../../contract/import-report.ts';
import type { LineCode } from '../../contract/line-codes.ts';
import { isByEarlierRun, type LoadContext } from '../load-context.ts';
import { type Decision, isWrite, type Member } from '../shape/compose-entry.ts';
import { nameElements } from '../shape/name-elements.ts';
import { tellParked } from '../shape/park-profile.ts';

/** A decision that was carried out. `ids` are those that the transaction gave. */
export function settleDecision(context: LoadContext, decision: Decision, ids: ReadonlyMap<number, string>): void {
  const { prepared, stored, isRevisit } = decision.member;
  const { row, key } = prepared;
  const id = ids.get(row) ?? stored?.id;
  if (id) context.states.setStored(row, id, decision.kind === 'create');
  if (isRevisit) return;
  if (decision.isByLineAlone) context.tally.outcomes.markByLineAlone(row);
  if (!isWrite(decision)) tellParked(context, decision.member);
  if (decision.kind === 'edited-here' || decision.kind === 'older-than-stored') {
    settleProblem(context, row, 'skipped', decision.kind);
    return;
  }
  context.tally.settle(DISPOSITION_OF[decision.kind], key.resourceType, row);
  if (decision.kind === 'unchanged' && isByEarlierRun(context, stored)) context.tally.markByEarlierRun(row);
  if (decision.kind === 'update' && decision.kept) context.tally.merge(row, decision.kept);
}

const DISPOSITION_OF = { create: 'created', update: 'updated', unchanged: 'unchanged' } as const;

/** The server refused the row although our own validation did not: quarantined with the server's issues. */
export function settleRefused(context: LoadContext, member: Member, outcome: OperationOutcome): void {
  const { row } = member.prepared;
  if (!member.stored) context.states.setAbsent(row);
  if (!member.isRevisit) settleProblem(context, row, 'quarantined', 'refused-by-server', outcome.issue);
}

/** A row that will not be loaded. References to it become logical, unless an earlier import stored it. */
export function settleProblem(
  context: LoadContext,
  row: number,
  disposition: LineProblem['disposition'],
  code: LineCode,
  issues: readonly OperationOutcomeIssue[] = [],
): void {
  const { index, states, tally } = context;
  if (states.storedId(row) === undefined) states.setAbsent(row);
  const paths = issues.flatMap((issue) => issue.expression ?? []).flatMap((path) => nameElements(path) ?? []);
  const expression = [...new Set(paths)];
  const problem: LineProblem = {
    line: index.lineNumber(row),
    file: index.place(row).file,
    disposition,
    code,
    resourceType: index.typeOf(row),
    ...(expression.length > 0 ? { expression: expression.slice(0, 10) } : {}),
  };
  tally.settleProblem(problem, row);
}
