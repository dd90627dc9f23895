import '@mantine/charts/styles.css';
import { LineChart } from '@mantine/charts';
import { ReferenceArea } from 'recharts';
import { formatWhen } from '../../format-when.ts';
import type { Series } from './group-readings.ts';
import { pairReadings } from './pair-readings.ts';
import type { Half } from './pressures.ts';
import type { Reading } from './read-readings.ts';
import { isConverted } from './reconcile-series.ts';
import { shadedRange } from './shaded-range.ts';

interface TrendChartProps {
  readonly name: string;
  readonly series: Series;
}

interface Line {
  /** Undefined for what has one value at a time. */
  readonly half: Half | undefined;
  /** Of Mantine's. */
  readonly color: string;
  readonly range: string;
  readonly dashes?: string;
}

/** The values of one moment. */
interface Point {
  readonly at: number;
  readonly readings: readonly Reading[];
}

interface DotProps {
  readonly cx?: number;
  readonly cy?: number;
  readonly index?: number;
  readonly payload?: Point;
}

const HEIGHT_PX = 220;

/** The two of a pressure are told apart without their colours too. */
const LINES: readonly Line[] = [
  { half: undefined, color: 'blue', range: 'green' },
  { half: 'Systolic', color: 'blue', range: 'blue' },
  { half: 'Diastolic', color: 'grape', range: 'grape', dashes: '6 3' },
];

/**
 * Values over time, with the newest reference range behind them; of a blood pressure both, each with its own. Unusual ones are
 * larger, diamonds and coloured, converted ones are hollow. Drawn for the eye only: the table beside it says the same.
 */
export function TrendChart({ name, series }: TrendChartProps) {
  const nameOf = (half: Half | undefined): string => half ?? name;
  const points = pairReadings(series.readings)
    .toReversed()
    .map(({ at = '', readings }) => ({
      at: Date.parse(at),
      readings,
      ...Object.fromEntries(readings.map(({ half, value }) => [nameOf(half), value])),
    }));
  const lines = LINES.flatMap((line) => {
    const readings = series.readings.filter(({ half }) => half === line.half);
    return readings.length > 0 ? [{ ...line, name: nameOf(line.half), shaded: shadedRange(readings) }] : [];
  });
  return (
    <LineChart
      h={HEIGHT_PX}
      data={points}
      dataKey="at"
      series={lines.map(({ name: line, color, dashes }) => ({
        name: line,
        color: `${color}.6`,
        ...(dashes && { strokeDasharray: dashes }),
      }))}
      withLegend={lines.length > 1}
      // In the order of the lines.
      legendProps={{ itemSorter: null }}
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
      lineProps={({ name: drawn }) => {
        const line = lines.find((one) => one.name === drawn);
        return { dot: (props: DotProps) => drawDot(props, line), isAnimationActive: false };
      }}
      lineChartProps={{ accessibilityLayer: false }}
      aria-hidden
    >
      {lines.map(
        ({ name: line, shaded, range }) =>
          shaded && (
            <ReferenceArea
              key={line}
              yAxisId="left"
              y1={shaded.from}
              y2={shaded.to}
              fill={`var(--mantine-color-${range}-6)`}
              fillOpacity={0.15}
              ifOverflow="extendDomain"
            />
          ),
      )}
    </LineChart>
  );
}

/** As long as nothing is pointed at, there is no time. */
function labelOf(at: unknown): string {
  return typeof at === 'number' ? formatWhen(new Date(at).toISOString()) : '';
}

/** Nothing where a line has no value at a moment of the other one. */
function drawDot({ cx = 0, cy = 0, index = 0, payload }: DotProps, line: Line | undefined) {
  const reading = payload?.readings.find(({ half }) => half === line?.half);
  if (!reading) return <g key={index} />;
  const isHollow = isConverted(reading);
  const color = `var(--mantine-color-${reading.flag?.color ?? line?.color ?? 'blue'}-6)`;
  const look = isHollow ? { fill: 'var(--mantine-color-body)', stroke: color, strokeWidth: 2 } : { fill: color };
  if (!reading.flag) return <circle key={index} cx={cx} cy={cy} r={isHollow ? 4 : 3} {...look} />;
  return <path key={index} d={`M${cx} ${cy - 6}L${cx + 6} ${cy}L${cx} ${cy + 6}L${cx - 6} ${cy}Z`} {...look} />;
}
