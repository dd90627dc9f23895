/** Memory of a process over a run of equal pieces of work. */
export interface MemoryFigures {
  /** MB, at equal distances of work. */
  readonly seriesMb: readonly number[];
  /** Means; the first quarter warms up. */
  readonly secondQuarterMb: number;
  readonly lastQuarterMb: number;
  /** The straight line through all but the first quarter, from its beginning to its end. */
  readonly growthMb: number;
  readonly verdict: 'flat' | 'grows';
}

/** A heap that is collected when it needs to be is not the same twice. */
const NOISE = 0.05;

/**
 * Whether a process still grows after it has warmed up: its last quarter against its second one, and the line between.
 *
 * @param seriesMb - At least 8 samples.
 */
export function judgeGrowth(seriesMb: readonly number[]): MemoryFigures {
  const quarter = Math.floor(seriesMb.length / 4);
  const warm = seriesMb.slice(quarter);
  const second = mean(seriesMb.slice(quarter, 2 * quarter));
  const last = mean(seriesMb.slice(-quarter));
  const growth = slope(warm) * (warm.length - 1);
  return {
    seriesMb,
    secondQuarterMb: round(second),
    lastQuarterMb: round(last),
    growthMb: round(growth),
    verdict: last > second * (1 + NOISE) && growth > second * NOISE ? 'grows' : 'flat',
  };
}

/** Of the line of least squares, for each step. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const average = mean(values);
  let [up, across] = [0, 0];
  for (const [index, value] of values.entries()) {
    up += (index - middle) * (value - average);
    across += (index - middle) ** 2;
  }
  return up / across;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
