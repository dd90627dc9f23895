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
import { findTrend, TREND_SIZE } from './find-trend.ts';
import type { Measurement } from './group-readings.ts';
import { ReadingTable } from './ReadingTable.tsx';

/** The chart library comes when the first trend is opened. */
const TrendChart = lazy(() => import('./TrendChart.tsx').then((part) => ({ default: part.TrendChart })));

interface TrendPanelProps {
  readonly measurement: Measurement;
  readonly filters: FactFilters;
}

/** One measurement over time: a chart for each unit, and every value. */
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
  const drawn = trend.series.filter(({ readings }) => readings.length > 1);
  return (
    <Stack gap="sm">
      {drawn.map((series) => (
        <div key={series.unit}>
          <Text size="xs" c="dimmed">
            {series.unitText || 'no unit'}
          </Text>
          <Suspense fallback={<LoadingState label="Loading the chart" blocks={2} />}>
            <TrendChart name={measurement.name} series={series} />
          </Suspense>
        </div>
      ))}
      {trend.series.length > 1 && (
        <Text size="sm" c="dimmed">
          These values came in different units and are drawn apart.
        </Text>
      )}
      {trend.total > TREND_SIZE && (
        <Text size="sm" c="dimmed">
          The newest {formatCount(TREND_SIZE)} of {formatCount(trend.total)}; choose dates to see older ones.
        </Text>
      )}
      <ReadingTable name={measurement.name} readings={trend.readings} />
    </Stack>
  );
}
