import type { ImportReport, LineProblem } from '../contract/import-report.ts';
import { DISPOSITIONS, type Disposition } from '../contract/import-task.ts';
import { type LineRepair, Outcomes } from './ledger/outcomes.ts';

/** Problems kept in full; more are only counted, so that a file of a million bad lines stays small in memory. */
const MAX_PROBLEMS = 1000;

type Outcome = Record<Disposition, number>;

/**
 * Counts how every line ends, and keeps it for the ledger. A line is settled once; `lines` says how many must be settled
 * before the import is done.
 */
export class Tally {
  lines = 0;
  /** Keys that an earlier import stored and this export does not name. */
  vanished = 0;
  /** How each row ended; what was repaired in a row is told here too. */
  readonly outcomes = new Outcomes();
  readonly #outcome: Outcome = { created: 0, updated: 0, unchanged: 0, duplicate: 0, quarantined: 0, skipped: 0 };
  readonly #received = new Map<string, number>();
  readonly #stored = new Map<string, number>();
  readonly #codes = new Map<string, number>();
  readonly #repairs = new Map<string, number>();
  readonly #problems: LineProblem[] = [];
  #merged = 0;
  #byEarlierRun = 0;
  #keptHere = 0;

  receive(resourceType: string): void {
    count(this.#received, resourceType);
  }

  settle(disposition: 'created' | 'updated' | 'unchanged', resourceType: string, row: number): void {
    this.outcomes.settle(row, disposition);
    this.#outcome[disposition]++;
    count(this.#stored, resourceType);
  }

  /** The row is unchanged since an earlier run of this import had written it. */
  markByEarlierRun(row: number): void {
    this.outcomes.markByEarlierRun(row);
    this.#byEarlierRun++;
  }

  /** The row's resource was edited here too; `kept` are the elements in which the local value won. */
  merge(row: number, kept: readonly string[]): void {
    this.outcomes.merge(row, kept);
    this.#merged++;
    this.#keptHere += kept.length;
  }

  settleDuplicate(): void {
    this.#outcome.duplicate++;
  }

  /** `row` is absent for a line that holds no resource. */
  settleProblem(problem: LineProblem, row?: number): void {
    if (row === undefined) this.outcomes.settleUnreadable(problem);
    else this.outcomes.settle(row, problem.disposition, problem);
    this.#outcome[problem.disposition]++;
    count(this.#codes, problem.code);
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
  }

  /** What was repaired in a row; counted once, however often the row is looked at. */
  repair(row: number, repairs: readonly LineRepair[]): void {
    const isKnown = this.outcomes.isRepaired(row);
    this.outcomes.repair(row, repairs);
    if (!isKnown) for (const { rule } of repairs) count(this.#repairs, rule);
  }

  /** What had to be done to a row besides, because of what the server said to it. */
  repairAgain(row: number, repairs: readonly LineRepair[], latest: LineRepair): void {
    this.outcomes.repair(row, repairs);
    count(this.#repairs, latest.rule);
  }

  get settled(): number {
    return DISPOSITIONS.reduce((sum, disposition) => sum + this.#outcome[disposition], 0);
  }

  get written(): number {
    return this.#outcome.created + this.#outcome.updated;
  }

  get quarantined(): number {
    return this.#outcome.quarantined;
  }

  report(connection: string): ImportReport {
    return {
      connection,
      lines: this.lines,
      ...this.#outcome,
      merged: this.#merged,
      keptHere: this.#keptHere,
      vanished: this.vanished,
      byEarlierRun: this.#byEarlierRun,
      receivedByType: Object.fromEntries(this.#received),
      storedByType: Object.fromEntries(this.#stored),
      problemsByCode: Object.fromEntries(this.#codes),
      repairsByRule: Object.fromEntries(this.#repairs),
      problems: this.#problems.toSorted((a, b) => a.file - b.file || a.line - b.line),
    };
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
