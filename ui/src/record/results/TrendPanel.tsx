import { Stack, Text } from '@mantine/core';
import { useMedplum } from '@medplum/react-hooks';
import { lazy, Suspense, useCallback } from 'react';
import { formatCount } from '../../imports/format.ts';
import { ErrorState } from '../../states/ErrorState.tsx';
import { explainError } from '../../states/explain-error.ts';
import { LoadingState } from '../../states/LoadingState.tsx';
import { useLoaded } from '../../states/use-loaded.ts';
import type { FactFilters } from '../find-facts.ts';
import { useRecord } from '../record-context.ts';
import { analyteOf } from './analytes.ts';
import { findTrend, TREND_SIZE } from './find-trend.ts';
import type { Measurement, Series } from './group-readings.ts';
import { pairReadings } from './pair-readings.ts';
import { ReadingTable } from './ReadingTable.tsx';
import { isConverted } from './reconcile-series.ts';

/** The chart library comes when the first trend is opened. */
const TrendChart = lazy(() => import('./TrendChart.tsx').then((part) => ({ default: part.TrendChart })));

interface TrendPanelProps {
  readonly measurement: Measurement;
  readonly filters: FactFilters;
}

/** One measurement over time: a chart, or one for each unit where they cannot be converted, and every value. */
export function TrendPanel({ measurement, filters }: TrendPanelProps) {
  const medplum = useMedplum();
  const { patientId } = useRecord();
  const load = useCallback(
    () => findTrend(medplum, patientId, measurement, filters),
    [medplum, patientId, measurement, filters],
  );
  const { value: trend, error, reload } = useLoaded(load);
  if (error !== undefined) {
    return <ErrorState title="The values could not be loaded" hint={explainError(error)} onRetry={reload} />;
  }
  if (!trend) return <LoadingState label={`Loading ${measurement.name}`} blocks={2} />;
  const drawn = trend.series.filter(({ readings }) => pairReadings(readings).length > 1);
  return (
    <Stack gap="sm">
      {drawn.map((series) => (
        <div key={series.unit}>
          <Text size="xs" c="dimmed">
            {[series.unitText || 'no unit', saidOfConverted(series)].filter(Boolean).join(' · ')}
          </Text>
          <Suspense fallback={<LoadingState label="Loading the chart" blocks={2} />}>
            <TrendChart name={measurement.name} series={series} />
          </Suspense>
        </div>
      ))}
      {trend.series.length > 1 && (
        <Text size="sm" c="dimmed">
          These values came in units that cannot be converted into each other and are drawn apart.
        </Text>
      )}
      {trend.total > TREND_SIZE && (
        <Text size="sm" c="dimmed">
          The newest {formatCount(TREND_SIZE)} of {formatCount(trend.total)}; choose dates to see older ones.
        </Text>
      )}
      <ReadingTable name={measurement.name} takings={trend.takings} series={trend.series} clusters={trend.clusters} />
    </Stack>
  );
}

/** Which values of a chart were computed, and how. */
function saidOfConverted({ unitText, readings }: Series): string {
  const units = new Set(readings.filter(isConverted).map(({ convertedFrom }) => convertedFrom));
  if (units.size === 0) return '';
  const analyte = analyteOf(readings[0]?.coding);
  const isByMoles = [unitText, ...units].some((unit) => /mol/i.test(unit)) && analyte;
  const by = isByMoles ? `, by the molar mass of ${analyte.substance}, ${analyte.molarMass} g/mol` : '';
  return `hollow points were converted from ${[...units].join(' and ')}${by}`;
}
