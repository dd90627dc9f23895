import type { MedplumClient } from '@medplum/core';
import type { Coding, Observation } from '@medplum/fhirtypes';
import { type FactClusters, findClusters } from '../duplicates/find-clusters.ts';
import { clusterOf } from '../duplicates/group-facts.ts';
import { type Fact, type FactFilters, findFacts, type PageOfFacts } from '../find-facts.ts';
import type { FactSearch } from '../sections.ts';
import { analyteOf } from './analytes.ts';
import { type Measurement, type Series, seriesOf } from './group-readings.ts';
import { pairReadings, type Taking } from './pair-readings.ts';
import { codesOf, pressureOf } from './pressures.ts';
import { type Reading, readReadings } from './read-readings.ts';
import { reconcileSeries } from './reconcile-series.ts';

/** As many as are drawn: more would not be told apart. */
export const TREND_SIZE = 500;

export interface Trend {
  /** Newest first. */
  readonly takings: readonly Taking[];
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
  const readings = readingsOf({ facts, total }).filter(({ key }) => key === measurement.key);
  // Paired before what is doubled goes: else of two sources one would be left with the one value and the other with the other.
  const takings = once(pairReadings(readings), clusters);
  const series = await reconciled(seriesOf({ readings: takings.flatMap((taking) => taking.readings) }));
  return { takings, clusters, series, total };
}

/** Without what another source tells again: a taking all of whose facts stand there already, by their clusters. */
function once(takings: readonly Taking[], clusters: FactClusters): Taking[] {
  const shownBy = new Map<string, Fact>();
  return takings.filter(({ facts }) => {
    const fresh = facts.filter((fact) => {
      const id = clusterOf(clusters, fact)?.id ?? fact.id;
      const shown = shownBy.get(id) ?? fact;
      shownBy.set(id, shown);
      return shown === fact;
    });
    return fresh.length > 0;
  });
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
  const { system } = coding ?? {};
  const tokens = codesFor(coding)
    .map((each) => (system ? `${system}|${each}` : each))
    .join(',');
  const query: Record<string, string> = tokens ? { 'combo-code': tokens } : { 'code:text': name };
  return { type: 'Observation', label: name, date: 'date', query };
}

/** All that the values of one measurement go by. */
function codesFor(coding: Coding | undefined): string[] {
  const [analyte, pressure] = [analyteOf(coding), pressureOf(coding)];
  if (analyte) return [analyte.mass, analyte.moles];
  if (pressure) return codesOf(pressure);
  return coding?.code ? [coding.code] : [];
}

function withoutText({ text: _, ...filters }: FactFilters): FactFilters {
  return filters;
}
