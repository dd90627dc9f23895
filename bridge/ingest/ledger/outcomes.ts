import type { LineProblem } from '../../contract/import-report.ts';
import { DISPOSITIONS, type Disposition } from '../../contract/import-task.ts';
import { Column } from '../order/column.ts';
import { TextPool } from './text-pool.ts';

/** What was changed in a line so that the server takes it: which rule, and where (FHIRPath). */
export interface LineRepair {
  readonly rule: string;
  readonly path: string;
}

/** How a line ended. */
export interface LineOutcome {
  readonly disposition: Disposition;
  readonly code?: string;
  readonly expression?: readonly string[];
  readonly repairs?: readonly LineRepair[];
  /** FHIRPath of elements that were changed here and at the source, and in which the local value stands. */
  readonly kept?: readonly string[];
  readonly byLineAlone?: true;
  readonly byEarlierRun?: true;
}

/** A line that holds no resource, and so has no row in the index. */
export interface UnreadableLine extends LineOutcome {
  readonly file: number;
  readonly line: number;
}

const NONE = -1;

/** How each line of an export ended, for its ledger: about 14 bytes a line, and what was said of it once. */
export class Outcomes {
  readonly #ofRows = new OutcomeColumns();
  readonly #repairs = new Column('int32');
  readonly #byLineAlone = new Column('uint8');
  readonly #byEarlierRun = new Column('uint8');
  /** By row: few are merged. */
  readonly #merges = new Map<number, number>();
  readonly #ofUnreadable = new OutcomeColumns();
  readonly #file = new Column('int32');
  readonly #line = new Column('int32');
  readonly #texts = new TextPool();

  /** The row ended so. `duplicate` is not said here: the index knows which rows gave way. */
  settle(row: number, disposition: Disposition, problem?: LineProblem): void {
    this.#ofRows.set(row, disposition, problem, this.#texts);
  }

  settleUnreadable(problem: LineProblem): void {
    this.#ofUnreadable.set(this.#line.length, problem.disposition, problem, this.#texts);
    this.#file.push(problem.file);
    this.#line.push(problem.line);
  }

  /** What was repaired in the row's line. May be said again. */
  repair(row: number, repairs: readonly LineRepair[]): void {
    if (repairs.length === 0) return;
    while (this.#repairs.length <= row) this.#repairs.push(NONE);
    this.#repairs.set(row, this.#texts.keep(JSON.stringify(repairs.map(({ rule, path }) => ({ rule, path })))));
  }

  isRepaired(row: number): boolean {
    return row < this.#repairs.length && this.#repairs.at(row) !== NONE;
  }

  /** Nothing but the row's line, and what the namespace holds under the keys that it names, decided how it is stored. */
  markByLineAlone(row: number): void {
    mark(this.#byLineAlone, row);
  }

  /** An earlier run of this import had written it. */
  markByEarlierRun(row: number): void {
    mark(this.#byEarlierRun, row);
  }

  /** The row's resource was edited here too. */
  merge(row: number, kept: readonly string[]): void {
    this.#merges.set(row, this.#texts.keep(JSON.stringify(kept)));
  }

  /** How the row ended; undefined while nobody said so. */
  ofRow(row: number): LineOutcome | undefined {
    const outcome = this.#ofRows.at(row, this.#texts);
    const repairs = row < this.#repairs.length ? this.#repairs.at(row) : NONE;
    const merge = this.#merges.get(row);
    return (
      outcome && {
        ...outcome,
        ...(merge === undefined ? {} : { code: 'merged', ...this.#kept(merge) }),
        ...(isMarked(this.#byLineAlone, row) ? { byLineAlone: true } : {}),
        ...(isMarked(this.#byEarlierRun, row) ? { byEarlierRun: true } : {}),
        ...(repairs === NONE ? {} : { repairs: JSON.parse(this.#texts.at(repairs)) }),
      }
    );
  }

  #kept(merge: number): Pick<LineOutcome, 'kept'> {
    const kept: string[] = merge === NONE ? [] : JSON.parse(this.#texts.at(merge));
    return kept.length > 0 ? { kept } : {};
  }

  /** Number `position` of the lines without a row, in order of appearance; undefined behind the last. */
  unreadable(position: number): UnreadableLine | undefined {
    const outcome = this.#ofUnreadable.at(position, this.#texts);
    return outcome && { file: this.#file.at(position), line: this.#line.at(position), ...outcome };
  }
}

function mark(column: Column, row: number): void {
  while (column.length <= row) column.push(0);
  column.set(row, 1);
}

function isMarked(column: Column, row: number): boolean {
  return row < column.length && column.at(row) === 1;
}

class OutcomeColumns {
  /** Position in DISPOSITIONS plus one; 0 is open. */
  readonly #disposition = new Column('uint8');
  readonly #code = new Column('int32');
  readonly #expression = new Column('int32');

  set(position: number, disposition: Disposition, problem: LineProblem | undefined, texts: TextPool): void {
    while (this.#disposition.length <= position) {
      this.#disposition.push(0);
      this.#code.push(NONE);
      this.#expression.push(NONE);
    }
    const { code, expression } = problem ?? {};
    this.#disposition.set(position, DISPOSITIONS.indexOf(disposition) + 1);
    this.#code.set(position, code === undefined ? NONE : texts.keep(code));
    this.#expression.set(position, expression === undefined ? NONE : texts.keep(JSON.stringify(expression)));
  }

  at(position: number, texts: TextPool): LineOutcome | undefined {
    if (position >= this.#disposition.length) return undefined;
    const disposition = DISPOSITIONS[this.#disposition.at(position) - 1];
    if (!disposition) return undefined;
    const [code, expression] = [this.#code.at(position), this.#expression.at(position)];
    return {
      disposition,
      ...(code === NONE ? {} : { code: texts.at(code) }),
      ...(expression === NONE ? {} : { expression: JSON.parse(texts.at(expression)) }),
    };
  }
}
