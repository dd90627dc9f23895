import type { Reading } from './read-readings.ts';

/** What is drawn behind the values of a series, in their unit. */
interface ShadedRange {
  readonly from: number;
  readonly to: number;
}

/** Of the distance to the nearest value: so much is shaded when no value lies within a range that is open. */
const STRIP = 0.25;

/**
 * The newest reference range that is told. One that is open on a side reaches as far as the values there: without an end, the
 * chart would shade the other side. Undefined when no reading has a range.
 *
 * @param readings - Of one unit, newest first.
 */
export function shadedRange(readings: readonly Pick<Reading, 'value' | 'low' | 'high'>[]): ShadedRange | undefined {
  const { low, high } = readings.find((one) => one.low !== undefined || one.high !== undefined) ?? {};
  const values = readings.flatMap(({ value }) => value ?? []);
  if (low !== undefined && high !== undefined) return { from: low, to: high };
  if (high !== undefined) {
    const lowest = Math.min(...values);
    return { from: lowest < high ? lowest : high - strip(lowest - high), to: high };
  }
  if (low !== undefined) {
    const highest = Math.max(...values);
    return { from: low, to: highest > low ? highest : low + strip(low - highest) };
  }
  return undefined;
}

/** A series without a number has nothing to be near to. */
function strip(distance: number): number {
  return Number.isFinite(distance) ? STRIP * distance : 0;
}
