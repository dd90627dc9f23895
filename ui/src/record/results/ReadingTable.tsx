import { Badge, Group, Table, Text, UnstyledButton } from '@mantine/core';
import { formatMoment } from '../../format-when.ts';
import { FactSource } from '../FactRow.tsx';
import { useRecord } from '../record-context.ts';
import type { Flag } from './flag-value.ts';
import type { Reading } from './read-readings.ts';

/** Every value of a measurement; a click on one shows where it comes from. */
export function ReadingTable({ name, readings }: { readonly name: string; readonly readings: readonly Reading[] }) {
  const { open } = useRecord();
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
          <Table.Tr key={`${reading.fact.id} ${reading.key}`}>
            <Table.Td>{formatMoment(reading.at) || 'not told'}</Table.Td>
            <Table.Td>
              <Group gap={6}>
                <UnstyledButton fz="sm" td="underline" onClick={() => open(reading.fact)}>
                  {reading.text}
                </UnstyledButton>
                <FlagBadge flag={reading.flag} />
              </Group>
            </Table.Td>
            <Table.Td>
              <Text size="sm">{reading.range}</Text>
            </Table.Td>
            <Table.Td>
              <FactSource fact={reading.fact} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

export function FlagBadge({ flag }: { readonly flag: Flag | undefined }) {
  return (
    flag && (
      <Badge variant="light" color={flag.color} tt="none" miw="max-content">
        {flag.label}
      </Badge>
    )
  );
}
