import type { LineProblem } from '@fasten-medplum/bridge/contract/import-report';
import { Badge, Button, Code, Table, Text } from '@mantine/core';
import { formatCount } from './format.ts';
import { DISPOSITION_WORDS, describeProblem } from './import-words.ts';
import type { RawLineId } from './RawLine.tsx';

interface ProblemTableProps {
  readonly problems: readonly LineProblem[];
  /** How many there are in all; the Task names only the first. */
  readonly total: number;
  /** Shows a line as it came; absent when the import keeps none. */
  readonly onOpen?: (line: RawLineId) => void;
}

/** The lines that were not loaded, and why. What stands in them is shown on demand only. */
export function ProblemTable({ problems, total, onOpen }: ProblemTableProps) {
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
                {onOpen ? (
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    aria-label={`Line ${formatCount(problem.line)} as it came`}
                    onClick={() => onOpen({ file: problem.file, line: problem.line })}
                  >
                    {formatCount(problem.line)}
                  </Button>
                ) : (
                  formatCount(problem.line)
                )}
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
