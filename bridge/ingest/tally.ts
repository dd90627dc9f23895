import type { ImportReport, LineProblem } from '../contract/import-report.ts';
import { DISPOSITIONS, type Disposition } from '../contract/import-task.ts';

/** Problems kept in full; more are only counted, so that a file of a million bad lines stays small in memory. */
const MAX_PROBLEMS = 1000;

type Outcome = Record<Disposition, number>;

/** Counts how every line ends. A line is settled once; `lines` says how many must be settled before the import is done. */
export class Tally {
  lines = 0;
  readonly #outcome: Outcome = { created: 0, updated: 0, unchanged: 0, duplicate: 0, quarantined: 0, skipped: 0 };
  readonly #received = new Map<string, number>();
  readonly #stored = new Map<string, number>();
  readonly #codes = new Map<string, number>();
  readonly #problems: LineProblem[] = [];

  receive(resourceType: string): void {
    count(this.#received, resourceType);
  }

  settle(disposition: 'created' | 'updated' | 'unchanged', resourceType: string): void {
    this.#outcome[disposition]++;
    count(this.#stored, resourceType);
  }

  settleDuplicate(): void {
    this.#outcome.duplicate++;
  }

  settleProblem(problem: LineProblem): void {
    this.#outcome[problem.disposition]++;
    count(this.#codes, problem.code);
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
  }

  get settled(): number {
    return DISPOSITIONS.reduce((sum, disposition) => sum + this.#outcome[disposition], 0);
  }

  report(connection: string): ImportReport {
    return {
      connection,
      lines: this.lines,
      ...this.#outcome,
      receivedByType: Object.fromEntries(this.#received),
      storedByType: Object.fromEntries(this.#stored),
      problemsByCode: Object.fromEntries(this.#codes),
      problems: this.#problems.toSorted((a, b) => a.file - b.file || a.line - b.line),
    };
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
