import type { LineProblem } from './import-report.ts';

/**
 * The text of a problem as it stands in a Task: one line that a person can read in any FHIR viewer, and that
 * {@link parseLineProblem} reads back. Example:
 * `quarantined line 12: invalid-resource Observation [Observation.status | Observation.code]`
 */
export function formatLineProblem(problem: LineProblem): string {
  const file = problem.file > 0 ? `file ${problem.file + 1} ` : '';
  const type = problem.resourceType && isTypeName(problem.resourceType) ? ` ${problem.resourceType}` : '';
  // A space or a bar inside a path would read as the end of it.
  const paths = (problem.expression ?? []).filter((path) => path !== '').map((path) => path.replace(/[|\s]+/g, '_'));
  const where = paths.length > 0 ? ` [${paths.join(' | ')}]` : '';
  return `${problem.disposition} ${file}line ${problem.line}: ${problem.code}${type}${where}`;
}

/** @returns The problem, or undefined when the text is not one of ours (Tasks can be edited by hand). */
export function parseLineProblem(text: string): LineProblem | undefined {
  const groups = PROBLEM_TEXT.exec(text)?.groups;
  if (!groups) {
    return undefined;
  }
  return {
    line: Number(groups.line),
    file: Number(groups.file ?? 1) - 1,
    disposition: groups.disposition === 'skipped' ? 'skipped' : 'quarantined',
    code: groups.code ?? '',
    ...(groups.type && { resourceType: groups.type }),
    ...(groups.paths && { expression: groups.paths.split(' | ') }),
  };
}

/** What a source calls a type can be any text, a name of somebody among it; only what could be a type is repeated. */
export function isTypeName(text: string): boolean {
  return /^[A-Z][A-Za-z]{1,63}$/.test(text);
}

const PROBLEM_TEXT =
  /^(?<disposition>quarantined|skipped) (?:file (?<file>[1-9]\d{0,8}) )?line (?<line>\d{1,15}): (?<code>[a-z0-9-]{1,64})(?: (?<type>[A-Z][A-Za-z]{1,63}))?(?: \[(?<paths>.*)\])?$/;
