import '@mantine/charts/styles.css';
import type { CountsByType } from '@fasten-medplum/bridge/contract/import-task';
import { BarChart } from '@mantine/charts';
import { Table, VisuallyHidden } from '@mantine/core';
import { formatCount } from './format.ts';

interface TypeChartProps {
  readonly received: CountsByType;
  readonly stored: CountsByType;
}

const BAR_HEIGHT_PX = 34;
const AXIS_HEIGHT_PX = 70;

/** Received and stored by resource type, the most frequent first; the same numbers as a table for who cannot see it. */
export function TypeChart({ received, stored }: TypeChartProps) {
  const types = [...new Set([...Object.keys(received), ...Object.keys(stored)])];
  const rows = types
    .map((type) => ({ type, Received: received[type] ?? 0, 'In Medplum': stored[type] ?? 0 }))
    .sort((a, b) => b.Received + b['In Medplum'] - a.Received - a['In Medplum']);
  const hasReceived = Object.keys(received).length > 0;
  return (
    <>
      <BarChart
        h={rows.length * BAR_HEIGHT_PX + AXIS_HEIGHT_PX}
        data={rows}
        dataKey="type"
        orientation="vertical"
        gridAxis="y"
        yAxisProps={{ width: 140, interval: 0 }}
        valueFormatter={formatCount}
        withLegend={hasReceived}
        series={[
          ...(hasReceived ? [{ name: 'Received', color: 'gray.5' }] : []),
          { name: 'In Medplum', color: 'teal.6' },
        ]}
        barProps={{ isAnimationActive: false, radius: 3, minPointSize: 2 }}
        withBarValueLabel
        valueLabelProps={{ position: 'right', fontSize: 11 }}
        barChartProps={{ accessibilityLayer: false, margin: { right: 48 } }}
        aria-hidden
      />
      <VisuallyHidden>
        <Table>
          <caption>Received and stored by resource type</caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Type</Table.Th>
              <Table.Th>Received</Table.Th>
              <Table.Th>In Medplum</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.type}>
                <Table.Th>{row.type}</Table.Th>
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
