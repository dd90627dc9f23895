import '@mantine/charts/styles.css';
import type { CountsByType } from '@fasten-medplum/bridge/contract/import-task';
import { BarChart } from '@mantine/charts';
import { Box, Table, VisuallyHidden } from '@mantine/core';
import { formatCount } from './format.ts';

interface TypeChartProps {
  /** What Fasten said would come; empty when it did not say. */
  readonly announced: CountsByType;
  readonly received: CountsByType;
  readonly stored: CountsByType;
}

const BAR_HEIGHT_PX = 34;
const TRIPLE_HEIGHT_PX = 46;
const AXIS_HEIGHT_PX = 70;

/** Announced, received and stored by resource type, the most frequent first; the same numbers as a table for who cannot see it. */
export function TypeChart({ announced, received, stored }: TypeChartProps) {
  const types = [...new Set([...Object.keys(announced), ...Object.keys(received), ...Object.keys(stored)])];
  const rows = types
    .map((type) => ({
      type,
      Announced: announced[type] ?? 0,
      Received: received[type] ?? 0,
      'In Medplum': stored[type] ?? 0,
    }))
    .sort((a, b) => b.Received + b['In Medplum'] - a.Received - a['In Medplum']);
  const hasReceived = Object.keys(received).length > 0;
  const hasAnnounced = Object.keys(announced).length > 0;
  return (
    <>
      {/* While a window is made narrower, the chart is as wide as before for a moment. */}
      <Box style={{ overflow: 'hidden' }}>
        <BarChart
          h={rows.length * (hasAnnounced ? TRIPLE_HEIGHT_PX : BAR_HEIGHT_PX) + AXIS_HEIGHT_PX}
          data={rows}
          dataKey="type"
          orientation="vertical"
          gridAxis="y"
          xAxisProps={{ allowDecimals: false }}
          yAxisProps={{ width: 158, interval: 0 }}
          valueFormatter={formatCount}
          withLegend={hasReceived}
          // In the order of the bars.
          legendProps={{ itemSorter: null }}
          series={[
            ...(hasAnnounced ? [{ name: 'Announced', color: 'blue.4' }] : []),
            ...(hasReceived ? [{ name: 'Received', color: 'gray.5' }] : []),
            { name: 'In Medplum', color: 'teal.6' },
          ]}
          barProps={{ isAnimationActive: false, radius: 3, minPointSize: 2 }}
          withBarValueLabel
          valueLabelProps={{ position: 'right', fontSize: 11 }}
          barChartProps={{ accessibilityLayer: false, margin: { right: 48 } }}
          aria-hidden
        />
      </Box>
      <VisuallyHidden>
        <Table>
          <caption>Announced, received and stored by resource type</caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Type</Table.Th>
              {hasAnnounced && <Table.Th>Announced</Table.Th>}
              <Table.Th>Received</Table.Th>
              <Table.Th>In Medplum</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.type}>
                <Table.Th>{row.type}</Table.Th>
                {hasAnnounced && <Table.Td>{formatCount(row.Announced)}</Table.Td>}
                <Table.Td>{formatCount(row.Received)}</Table.Td>
                <Table.Td>{formatCount(row['In Medplum'])}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </VisuallyHidden>
    </>
  );
}
