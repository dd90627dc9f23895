import '@mantine/charts/styles.css';
import { LineChart } from '@mantine/charts';
import { ReferenceArea } from 'recharts';
import { formatWhen } from '../../format-when.ts';
import type { Series } from './group-readings.ts';
import { isConverted } from './reconcile-series.ts';
import { shadedRange } from './shaded-range.ts';

interface TrendChartProps {
  readonly name: string;
  readonly series: Series;
}

interface Point {
  readonly at: number;
  readonly value: number;
  /** A colour of Mantine's for an unusual value. */
  readonly mark: string | undefined;
  readonly isConverted: boolean;
}

interface DotProps {
  readonly cx?: number;
  readonly cy?: number;
  readonly index?: number;
  readonly payload?: Point;
}

const HEIGHT_PX = 220;

/**
 * Values over time, with the newest reference range behind them; unusual ones are larger, diamonds and coloured, converted
 * ones are hollow. Drawn for the eye only: the table beside it says the same.
 */
export function TrendChart({ name, series }: TrendChartProps) {
  const points = series.readings.toReversed().flatMap((reading): Point[] => {
    const { at, value, flag } = reading;
    const time = Date.parse(at ?? '');
    return value === undefined ? [] : [{ at: time, value, mark: flag?.color, isConverted: isConverted(reading) }];
  });
  const shaded = shadedRange(series.readings);
  return (
    <LineChart
      h={HEIGHT_PX}
      data={points.map((point) => ({ ...point, [name]: point.value }))}
      dataKey="at"
      series={[{ name, color: 'blue.6' }]}
      curveType="linear"
      xAxisProps={{
        type: 'number',
        scale: 'time',
        domain: ['dataMin', 'dataMax'],
        padding: { left: 16, right: 16 },
        tickFormatter: (at: number) => new Date(at).toLocaleDateString(undefined, { year: 'numeric', month: 'short' }),
        minTickGap: 24,
      }}
      yAxisProps={{ domain: ['auto', 'auto'], width: 56, tickCount: 5 }}
      tooltipProps={{ labelFormatter: labelOf }}
      lineProps={{ dot: drawDot, isAnimationActive: false }}
      lineChartProps={{ accessibilityLayer: false }}
      aria-hidden
    >
      {shaded && (
        <ReferenceArea
          yAxisId="left"
          y1={shaded.from}
          y2={shaded.to}
          fill="var(--mantine-color-green-6)"
          fillOpacity={0.15}
          ifOverflow="extendDomain"
        />
      )}
    </LineChart>
  );
}

/** As long as nothing is pointed at, there is no time. */
function labelOf(at: unknown): string {
  return typeof at === 'number' ? formatWhen(new Date(at).toISOString()) : '';
}

function drawDot({ cx = 0, cy = 0, index = 0, payload }: DotProps) {
  const color = `var(--mantine-color-${payload?.mark ?? 'blue'}-6)`;
  const look = payload?.isConverted
    ? { fill: 'var(--mantine-color-body)', stroke: color, strokeWidth: 2 }
    : { fill: color };
  if (!payload?.mark) return <circle key={index} cx={cx} cy={cy} r={payload?.isConverted ? 4 : 3} {...look} />;
  return <path key={index} d={`M${cx} ${cy - 6}L${cx + 6} ${cy}L${cx} ${cy + 6}L${cx - 6} ${cy}Z`} {...look} />;
}
