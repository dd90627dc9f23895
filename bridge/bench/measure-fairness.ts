/** One import on its way through the queue; times in seconds since all of them could begin. */
export interface Turn {
  /** Its size class. */
  readonly kind: string;
  /** When it was put on the queue of imports. */
  readonly queuedAt: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface Waits {
  readonly count: number;
  readonly medianWait: number;
  readonly longestWait: number;
  readonly medianWork: number;
}

export interface Fairness {
  /** Until the first import began, the one in the middle, and the last. */
  readonly firstWait: number;
  readonly medianWait: number;
  readonly lastWait: number;
  readonly byKind: Readonly<Record<string, Waits>>;
  /** Jain's index of the mean waits of the kinds: 1 when size makes no difference, 1/kinds when one kind does all the waiting. */
  readonly jain: number;
  /** By how many that were queued later an import was overtaken, at most: what starves is overtaken by nearly all. */
  readonly mostOvertaken: number;
  /** The longest time in which no import began although some waited: so long do large ones block the way. */
  readonly longestStall: number;
}

/**
 * How evenly a queue has served what stood in it.
 *
 * @param turns - At least one.
 */
export function measureFairness(turns: readonly Turn[]): Fairness {
  const waits = turns.map(({ startedAt }) => startedAt).toSorted((a, b) => a - b);
  const kinds = Map.groupBy(turns, ({ kind }) => kind);
  return {
    firstWait: round(waits[0] ?? 0),
    medianWait: round(median(waits)),
    lastWait: round(waits.at(-1) ?? 0),
    byKind: Object.fromEntries([...kinds].map(([kind, of]) => [kind, waitsOf(of)])),
    jain: Number(jainIndex([...kinds.values()].map((of) => mean(of.map(({ startedAt }) => startedAt)))).toFixed(3)),
    mostOvertaken: Math.max(...turns.map((turn) => countOvertakers(turn, turns))),
    longestStall: round(Math.max(...waits.map((wait, index) => wait - (waits[index - 1] ?? 0)))),
  };
}

/** Raj Jain's fairness index (DEC-TR-301, 1984): from 1/n, when one has everything, to 1, when all have the same. */
export function jainIndex(shares: readonly number[]): number {
  const squares = shares.reduce((sum, share) => sum + share ** 2, 0);
  return squares === 0 ? 1 : shares.reduce((sum, share) => sum + share, 0) ** 2 / (shares.length * squares);
}

function waitsOf(turns: readonly Turn[]): Waits {
  return {
    count: turns.length,
    medianWait: round(median(turns.map(({ startedAt }) => startedAt))),
    longestWait: round(Math.max(...turns.map(({ startedAt }) => startedAt))),
    medianWork: round(median(turns.map(({ startedAt, endedAt }) => endedAt - startedAt))),
  };
}

function countOvertakers(turn: Turn, turns: readonly Turn[]): number {
  return turns.filter(({ queuedAt, startedAt }) => queuedAt > turn.queuedAt && startedAt < turn.startedAt).length;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** The lower one of an even number. */
function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.ceil(numbers.length / 2) - 1] ?? 0;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
