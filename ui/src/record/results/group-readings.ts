import type { Coding } from '@medplum/fhirtypes';
import type { Reading } from './read-readings.ts';
import { ucumOf } from './written-units.ts';

/** Everything that is known of one measurement, whatever source it came from. */
export interface Measurement {
  readonly key: string;
  readonly name: string;
  readonly coding: Coding | undefined;
  /** Newest first; what has no date comes last. */
  readonly readings: readonly Reading[];
}

/** Values of one measurement that can stand on one axis: all numbers of one unit. */
export interface Series {
  readonly unit: string;
  readonly unitText: string;
  /** Newest first. */
  readonly readings: readonly Reading[];
}

/** Brings together what was measured in the same way, in the order in which each was measured last. */
export function groupReadings(readings: readonly Reading[]): Measurement[] {
  const byKey = Map.groupBy(readings, ({ key }) => key);
  return [...byKey.values()]
    .map((group) => newestFirst(group))
    .flatMap((group) =>
      group[0] ? [{ key: group[0].key, name: group[0].name, coding: group[0].coding, readings: group }] : [],
    )
    .sort((a, b) => timeOf(b.readings[0]) - timeOf(a.readings[0]) || a.name.localeCompare(b.name));
}

/**
 * Splits a measurement by unit, however that is written; reconcile-series.ts puts together what can be converted. Readings that are no numbers are in
 * none; the list beside the chart has them.
 */
export function seriesOf({ readings }: Pick<Measurement, 'readings'>): Series[] {
  const drawn = readings.filter(({ value, at }) => value !== undefined && !Number.isNaN(Date.parse(at ?? '')));
  return [...Map.groupBy(drawn, ({ unit }) => ucumOf(unit))].map(([unit, group]) => ({
    unit,
    unitText: group[0]?.unitText ?? unit,
    readings: group,
  }));
}

function newestFirst(readings: readonly Reading[]): Reading[] {
  return readings.toSorted((a, b) => timeOf(b) - timeOf(a));
}

function timeOf(reading: Reading | undefined): number {
  const time = Date.parse(reading?.at ?? '');
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}
