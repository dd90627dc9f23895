import type { ImportPatients, Person } from '@fasten-medplum/bridge/contract/import-patients';
import { Mark, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatWhen } from '../format-when.ts';

interface PersonTableProps extends ImportPatients {
  /** In what the two differ: codes of the guard. */
  readonly differences: readonly string[];
}

/** The person of the chart beside those of the records; what differs is marked. */
export function PersonTable({ chart, records, isComplete, differences }: PersonTableProps) {
  const rows: {
    readonly label: string;
    readonly traits: readonly string[];
    readonly show: (person: Person) => string[];
  }[] = [
    { label: 'Name', traits: ['family-name', 'given-name'], show: ({ names }) => names },
    {
      label: 'Birth date',
      traits: ['birth-date'],
      show: ({ birthDate }) => (birthDate ? [formatWhen(birthDate) || birthDate] : []),
    },
    { label: 'Sex', traits: ['sex'], show: ({ gender }) => (gender ? [gender] : []) },
    { label: 'Address', traits: [], show: ({ addresses }) => addresses },
    { label: 'Phone', traits: [], show: ({ phones }) => phones },
  ];
  return (
    <>
      <Table.ScrollContainer minWidth={280}>
        <Table verticalSpacing={6} horizontalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Td />
              <Table.Th>In the chart</Table.Th>
              {records.map((person) => (
                <Table.Th key={JSON.stringify(person)}>In the records</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ label, traits, show }) => (
              <Table.Tr key={label}>
                <Table.Th scope="row">{label}</Table.Th>
                <Table.Td>{listOf(chart ? show(chart) : [])}</Table.Td>
                {records.map((person) => (
                  <Table.Td key={JSON.stringify(person)}>
                    {traits.some((trait) => differences.includes(trait)) ? (
                      <Mark color="orange">{listOf(show(person))}</Mark>
                    ) : (
                      listOf(show(person))
                    )}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {!chart && <Text size="sm">The patient of the chart is not yours to see.</Text>}
      {!isComplete && <Text size="sm">The export is large: only its beginning was looked through for persons.</Text>}
    </>
  );
}

function listOf(texts: readonly string[]): ReactNode {
  return texts.length > 0 ? texts.join('; ') : 'not said';
}
