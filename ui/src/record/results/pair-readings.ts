import { namespaceOf } from '../../sources/find-sources.ts';
import type { Fact } from '../find-facts.ts';
import { joinPressure } from './pressures.ts';
import type { Reading } from './read-readings.ts';

/** What was measured in one go: one reading, or both of a blood pressure. */
export interface Taking {
  /** Systolic before diastolic. */
  readonly readings: readonly [Reading, ...Reading[]];
  /** FHIR dateTime; absent when the source does not say when. */
  readonly at: string | undefined;
  /** As a person reads it, unit included. */
  readonly text: string;
  /** What it was told by: a blood pressure may come as two Observations. */
  readonly facts: readonly [Fact, ...Fact[]];
}

/**
 * Puts the two values of a blood pressure together: those of one Observation, and those that one source tells of one moment.
 * Which belongs to which is never guessed: where a moment has more than one of either, or the source does not say when, each
 * value stands alone.
 *
 * @param readings - In any order, which is kept.
 */
export function pairReadings(readings: readonly Reading[]): Taking[] {
  const partners = findPartners(readings);
  const seconds = new Set(partners.values());
  return readings
    .filter((reading) => !seconds.has(reading))
    .map((reading) => {
      const partner = partners.get(reading);
      return partner ? takingOfBoth(reading, partner) : takingOfOne(reading);
    });
}

/** Every diastolic reading that has its systolic one, by that. */
function findPartners(readings: readonly Reading[]): Map<Reading, Reading> {
  const partners = new Map<Reading, Reading>();
  const paired = new Set<Reading>();
  for (const placeOf of [observationOf, momentOf]) {
    const free = readings.filter((reading) => reading.half && !paired.has(reading));
    for (const together of Map.groupBy(free, placeOf).values()) {
      const [systolic, ...moreSystolic] = together.filter(({ half }) => half === 'Systolic');
      const [diastolic, ...moreDiastolic] = together.filter(({ half }) => half === 'Diastolic');
      if (!systolic || !diastolic || moreSystolic.length + moreDiastolic.length > 0) continue;
      partners.set(systolic, diastolic);
      paired.add(systolic).add(diastolic);
    }
  }
  return partners;
}

function observationOf({ key, fact }: Reading): string {
  return `${key} ${fact.id}`;
}

function momentOf(reading: Reading): string {
  const time = Date.parse(reading.at ?? '');
  return Number.isNaN(time) ? observationOf(reading) : `${reading.key} ${namespaceOf(reading.fact) ?? ''} ${time}`;
}

function takingOfOne(reading: Reading): Taking {
  const { at, half, text, fact } = reading;
  return { readings: [reading], at, text: half ? `${half} ${text}` : text, facts: [fact] };
}

function takingOfBoth(systolic: Reading, diastolic: Reading): Taking {
  return {
    readings: [systolic, diastolic],
    at: systolic.at,
    text: joinPressure(systolic.text, diastolic.text),
    facts: systolic.fact === diastolic.fact ? [systolic.fact] : [systolic.fact, diastolic.fact],
  };
}
