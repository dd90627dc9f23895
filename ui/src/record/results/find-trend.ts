import type { MedplumClient } from '@medplum/core';
import type { Observation } from '@medplum/fhirtypes';
import { type Fact, type FactFilters, findFacts, type PageOfFacts } from '../find-facts.ts';
import type { FactSearch } from '../sections.ts';
import { type Measurement, type Series, seriesOf } from './group-readings.ts';
import { type Reading, readReadings } from './read-readings.ts';

/** As many as are drawn: more would not be told apart. */
export const TREND_SIZE = 500;

export interface Trend {
  /** Newest first. */
  readonly readings: readonly Reading[];
  readonly series: readonly Series[];
  /** How many Observations there are in all. */
  readonly total: number;
}

/** Reads the newest values of one measurement, of every source that the filters leave. */
export async function findTrend(
  medplum: MedplumClient,
  patientId: string,
  measurement: Measurement,
  filters: FactFilters,
): Promise<Trend> {
  const { facts, total } = await findFacts(medplum, patientId, searchFor(measurement), withoutText(filters), {
    count: TREND_SIZE,
  });
  const readings = readingsOf({ facts, total }).filter(({ key }) => key === measurement.key);
  return { readings, series: seriesOf({ readings }), total };
}

/** What the Observations of a page found. */
export function readingsOf({ facts }: PageOfFacts): Reading[] {
  return facts
    .filter((fact): fact is Fact & Observation => fact.resourceType === 'Observation')
    .flatMap((fact) => readReadings(fact));
}

/** `combo-code` finds a code of a component too: the systolic pressure within a blood pressure. */
function searchFor({ coding, name }: Measurement): FactSearch {
  const { system, code } = coding ?? {};
  const query = code ? { 'combo-code': system ? `${system}|${code}` : code } : { 'code:text': name };
  return { type: 'Observation', label: name, date: 'date', query: query as Record<string, string> };
}

function withoutText({ text: _, ...filters }: FactFilters): FactFilters {
  return filters;
}
