import { Badge, Group, Table, Text, UnstyledButton } from '@mantine/core';
import { formatMoment } from '../../format-when.ts';
import { FactSources } from '../duplicates/ClusterRow.tsx';
import type { FactClusters } from '../duplicates/find-clusters.ts';
import { clusterOf } from '../duplicates/group-facts.ts';
import { useRecord } from '../record-context.ts';
import type { Flag } from './flag-value.ts';
import type { Series } from './group-readings.ts';
import type { Reading } from './read-readings.ts';
import { isConverted } from './reconcile-series.ts';

interface ReadingTableProps {
  readonly name: string;
  readonly readings: readonly Reading[];
  /** As they are drawn: some in another unit than they came in. */
  readonly series: readonly Series[];
  readonly clusters: FactClusters;
}

/** Every value of a measurement as its source told it; a click on one shows where it comes from. */
export function ReadingTable({ name, readings, series, clusters }: ReadingTableProps) {
  const { open } = useRecord();
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
        {readings.map((reading) => (
          <Table.Tr key={keyOf(reading)}>
            <Table.Td>{formatMoment(reading.at) || 'not told'}</Table.Td>
            <Table.Td>
              <Group gap={6}>
                <UnstyledButton fz="sm" td="underline" onClick={() => open(reading.fact)}>
                  {reading.text}
                </UnstyledButton>
                <FlagBadge flag={reading.flag} />
              </Group>
              <Converted reading={drawn.get(keyOf(reading))} />
            </Table.Td>
            <Table.Td>
              <Text size="sm">{reading.range}</Text>
            </Table.Td>
            <Table.Td>
              <FactSources fact={reading.fact} cluster={clusterOf(clusters, reading.fact)} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function keyOf({ fact, key }: Reading): string {
  return `${fact.id} ${key}`;
}

/** As it is drawn, to four digits: a computed value is not more exact than the one that was measured. */
function Converted({ reading }: { readonly reading: Reading | undefined }) {
  if (reading?.value === undefined) return null;
  return (
    <Text size="xs" c="dimmed">
      ≈ {Number(reading.value.toPrecision(4))} {reading.unitText}
    </Text>
  );
}

export function FlagBadge({ flag }: { readonly flag: Flag | undefined }) {
  return (
    flag && (
      <Badge variant="light" color={flag.color} miw="max-content">
        {flag.label}
      </Badge>
    )
  );
}
