import { Group, Table, Text } from '@mantine/core';
import { formatMoment } from '../../format-when.ts';
import type { FactClusters } from '../duplicates/find-clusters.ts';
import type { Series } from './group-readings.ts';
import type { Taking } from './pair-readings.ts';
import { joinPressure } from './pressures.ts';
import type { Reading } from './read-readings.ts';
import { isConverted } from './reconcile-series.ts';
import { TakingSources } from './TakingSources.tsx';
import { TakingButtons, TakingFlags } from './TakingValue.tsx';

interface ReadingTableProps {
  readonly name: string;
  readonly takings: readonly Taking[];
  /** As they are drawn: some in another unit than they came in. */
  readonly series: readonly Series[];
  readonly clusters: FactClusters;
}

/** Every value of a measurement as its source told it; a click on one shows where it comes from. */
export function ReadingTable({ name, takings, series, clusters }: ReadingTableProps) {
  const drawn = new Map(
    series.flatMap((one) =>
      one.readings.filter(isConverted).map((each) => [keyOf(each), { ...each, unitText: one.unitText }]),
    ),
  );
  return (
    <Table verticalSpacing={6} horizontalSpacing={6} captionSide="top">
      <caption style={{ textAlign: 'start' }}>All values of {name}</caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>When</Table.Th>
          <Table.Th>Value</Table.Th>
          <Table.Th>Usual</Table.Th>
          <Table.Th>Source</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {takings.map((taking) => (
          <Table.Tr key={keyOf(taking.readings[0])}>
            <Table.Td>{formatMoment(taking.at) || 'not told'}</Table.Td>
            <Table.Td>
              <Group gap={6}>
                <TakingButtons taking={taking} />
                <TakingFlags taking={taking} />
              </Group>
              <Converted readings={taking.readings.flatMap((reading) => drawn.get(keyOf(reading)) ?? [])} />
            </Table.Td>
            <Table.Td>
              <Ranges readings={taking.readings} />
            </Table.Td>
            <Table.Td>
              <TakingSources taking={taking} clusters={clusters} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function keyOf({ fact, key, half }: Reading): string {
  return `${fact.id} ${key} ${half ?? ''}`;
}

/** Of a pressure each value has its own. */
function Ranges({ readings }: { readonly readings: readonly Reading[] }) {
  return readings
    .filter(({ range }) => range !== '')
    .map(({ half, range }) => (
      <Text key={half ?? ''} size="sm">
        {readings.length > 1 ? `${half} ${range}` : range}
      </Text>
    ));
}

/** As it is drawn, to four digits: a computed value is not more exact than the one that was measured. */
function Converted({ readings }: { readonly readings: readonly Reading[] }) {
  const [first, second] = readings.flatMap(({ value, unitText }) =>
    value === undefined ? [] : `${Number(value.toPrecision(4))} ${unitText}`,
  );
  if (first === undefined) return null;
  return (
    <Text size="xs" c="dimmed">
      ≈ {second === undefined ? first : joinPressure(first, second)}
    </Text>
  );
}
