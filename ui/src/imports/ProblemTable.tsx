import type { LineProblem } from '@fasten-medplum/bridge/contract/import-report';
import { Badge, Code, Table, Text } from '@mantine/core';
import { formatCount } from './format.ts';
import { DISPOSITION_WORDS, describeProblem } from './import-words.ts';

interface ProblemTableProps {
  readonly problems: readonly LineProblem[];
  /** How many there are in all; the Task names only the first. */
  readonly total: number;
}

/** The lines that were not loaded, and why. What stands in them is not shown here. */
export function ProblemTable({ problems, total }: ProblemTableProps) {
  return (
    <>
      <Table verticalSpacing="xs" horizontalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Line</Table.Th>
            <Table.Th>Reason</Table.Th>
            <Table.Th>Ending</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {problems.map((problem) => (
            <Table.Tr key={`${problem.file}-${problem.line}`}>
              <Table.Td>
                {problem.file > 0 && `File ${formatCount(problem.file + 1)}, `}
                {formatCount(problem.line)}
              </Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                {problem.resourceType && <b>{problem.resourceType}:</b>} {describeProblem(problem)}{' '}
                {problem.expression?.map((path) => (
                  <Code key={path}>{path}</Code>
                ))}
              </Table.Td>
              <Table.Td>
                <Badge variant="light" miw="max-content" color={DISPOSITION_WORDS[problem.disposition].color}>
                  {DISPOSITION_WORDS[problem.disposition].label}
                </Badge>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {total > problems.length && (
        <Text size="sm" c="dimmed">
          {formatCount(total - problems.length)} more are not named here.
        </Text>
      )}
    </>
  );
}
