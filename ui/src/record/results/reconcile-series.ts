import { analyteOf } from './analytes.ts';
import type { Convert } from './convert-unit.ts';
import type { Series } from './group-readings.ts';
import type { Reading } from './read-readings.ts';

/** A reading told in another unit than the source's. */
export interface ConvertedReading extends Reading {
  /** The unit that it came in. */
  readonly convertedFrom: string;
}

/** Finds the way between two units; undefined when there is none. See convert-unit.ts. */
export type FindConverter = (from: string, to: string, molarMass?: number) => Convert | undefined;

/**
 * Puts the series of one measurement on one axis where its units can be told in each other: in the unit that most values
 * came in, so that as few as possible are computed. What cannot be converted stays a series of its own.
 *
 * @param series - As seriesOf gives them: one for each unit.
 */
export function reconcileSeries(series: readonly Series[], findConverter: FindConverter): Series[] {
  const commonFirst = series.toSorted((a, b) => b.readings.length - a.readings.length);
  const reconciled: Series[] = [];
  for (const one of commonFirst) {
    const index = reconciled.findIndex((other) => converterOf(one, other, findConverter));
    const into = reconciled[index];
    const convert = into && converterOf(one, into, findConverter);
    if (into && convert) reconciled[index] = join(into, one, convert);
    else reconciled.push(one);
  }
  return reconciled;
}

/** Whether a reading is shown in another unit than it came in. */
export function isConverted(reading: Reading): reading is ConvertedReading {
  return 'convertedFrom' in reading;
}

function converterOf(from: Series, to: Series, findConverter: FindConverter): Convert | undefined {
  return findConverter(from.unit, to.unit, analyteOf(from.readings[0]?.coding)?.molarMass);
}

function join(into: Series, from: Series, convert: Convert): Series {
  const converted = from.readings.flatMap((reading): ConvertedReading[] => {
    const value = reading.value === undefined ? undefined : convert(reading.value);
    if (value === undefined) return [];
    const [low, high] = [reading.low, reading.high].map((limit) => (limit === undefined ? undefined : convert(limit)));
    return [{ ...reading, value, low, high, convertedFrom: from.unitText }];
  });
  const readings = [...into.readings, ...converted].sort((a, b) => Date.parse(b.at ?? '') - Date.parse(a.at ?? ''));
  return { ...into, readings };
}
