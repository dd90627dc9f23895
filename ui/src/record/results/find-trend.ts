import type { MedplumClient } from '@medplum/core';
import type { Observation } from '@medplum/fhirtypes';
import { type FactClusters, findClusters } from '../duplicates/find-clusters.ts';
import { groupFacts } from '../duplicates/group-facts.ts';
import { type Fact, type FactFilters, findFacts, type PageOfFacts } from '../find-facts.ts';
import type { FactSearch } from '../sections.ts';
import { analyteOf } from './analytes.ts';
import { type Measurement, type Series, seriesOf } from './group-readings.ts';
import { type Reading, readReadings } from './read-readings.ts';
import { reconcileSeries } from './reconcile-series.ts';

/** As many as are drawn: more would not be told apart. */
export const TREND_SIZE = 500;

export interface Trend {
  /** Newest first. */
  readonly readings: readonly Reading[];
  readonly series: readonly Series[];
  /** What of it several sources tell of; it stands there once. */
  readonly clusters: FactClusters;
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
  const clusters = await findClusters(medplum, facts).catch((): FactClusters => new Map());
  const once = groupFacts(facts, clusters).map(({ fact }) => fact);
  const readings = readingsOf({ facts: once, total }).filter(({ key }) => key === measurement.key);
  return { readings, clusters, series: await reconciled(seriesOf({ readings })), total };
}

/** What knows the units (60 KB) comes when there is more than one. */
async function reconciled(series: Series[]): Promise<Series[]> {
  if (series.length < 2) return series;
  const { converterBetween } = await import('./convert-unit.ts');
  return reconcileSeries(series, converterBetween);
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
  const analyte = analyteOf(coding);
  const codes = analyte ? [analyte.mass, analyte.moles] : code ? [code] : [];
  const tokens = codes.map((each) => (system ? `${system}|${each}` : each)).join(',');
  const query: Record<string, string> = tokens ? { 'combo-code': tokens } : { 'code:text': name };
  return { type: 'Observation', label: name, date: 'date', query };
}

function withoutText({ text: _, ...filters }: FactFilters): FactFilters {
  return filters;
}
