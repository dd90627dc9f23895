import { Badge, Box, Group, Paper, Stack, Table, Text, Title, UnstyledButton } from '@mantine/core';
import { useMedplum } from '@medplum/react-hooks';
import { namespaceOf } from '../../sources/find-sources.ts';
import { describeFact, timeOfFact } from '../describe-fact.ts';
import { FactSource } from '../FactRow.tsx';
import type { Fact } from '../find-facts.ts';
import { useRecord } from '../record-context.ts';
import classes from './Disagreements.module.css';
import type { Disagreement } from './find-disagreements.ts';

/** Of what they are, for people. */
export const KINDS: Readonly<Record<string, string>> = {
  AllergyIntolerance: 'Allergy',
  Condition: 'Problem',
  MedicationRequest: 'Prescription',
  MedicationStatement: 'Said to be taken',
  Observation: 'Result',
  Patient: 'Person',
};

/** What sources say differently, each thing with a column for each source. */
export function Disagreements({ disagreements }: { readonly disagreements: readonly Disagreement[] }) {
  return (
    <Stack gap="sm">
      {disagreements.map((disagreement) => (
        <SideBySide key={disagreement.voices[0]?.fact.id} disagreement={disagreement} />
      ))}
    </Stack>
  );
}

function SideBySide({ disagreement }: { readonly disagreement: Disagreement }) {
  const { title, type, voices, elements } = disagreement;
  const sourceOf = useSourceOf();
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Group gap={6} mb="xs">
        <Title order={3} size="h5">
          {title}
        </Title>
        <Badge variant="light" color="gray">
          {KINDS[type] ?? type}
        </Badge>
      </Group>
      <Box className={classes.frame ?? ''}>
        <Table
          role="table"
          verticalSpacing={6}
          horizontalSpacing={8}
          layout="fixed"
          className={classes.table ?? ''}
          __vars={{ '--voices': `${voices.length}` }}
        >
          <Table.Thead role="rowgroup">
            <Table.Tr role="row">
              <Table.Td role="cell" className={`${classes.element} ${classes.corner}`} />
              {voices.map(({ fact }) => (
                <Table.Th key={fact.id} role="columnheader" scope="col">
                  <Voice fact={fact} title={title} source={sourceOf(fact)} />
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody role="rowgroup">
            {elements.map((element) => (
              <Table.Tr key={element} role="row">
                <Table.Th role="rowheader" scope="row" fw={500}>
                  {element}
                </Table.Th>
                {voices.map(({ fact, says }) => (
                  <Table.Td key={fact.id} role="cell" data-source={sourceOf(fact)} style={{ overflowWrap: 'anywhere' }}>
                    {says[element] || (
                      <Text size="sm" c="dimmed" component="span">
                        not told
                      </Text>
                    )}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Box>
    </Paper>
  );
}

/** What the source of a fact is called. */
function useSourceOf(): (fact: Fact) => string {
  const { sources } = useRecord();
  return (fact) => sources.find(({ namespace }) => namespace === namespaceOf(fact))?.name ?? 'Entered here';
}

interface VoiceProps {
  readonly fact: Fact;
  readonly title: string;
  readonly source: string;
}

/** Whose word it is; a click shows all of it and where it comes from. */
function Voice({ fact, title, source }: VoiceProps) {
  const medplum = useMedplum();
  const { open } = useRecord();
  const words = describeFact(fact);
  const openWhole = async (): Promise<void> => {
    // For comparing only some of it was read.
    open(await medplum.readResource(fact.resourceType, fact.id).catch(() => fact));
  };
  return (
    <>
      <UnstyledButton onClick={() => void openWhole()} aria-label={`${title}: open ${source}`} maw="100%">
        <FactSource fact={fact} />
      </UnstyledButton>
      <Text size="xs" c="dimmed" fw={400} lineClamp={2}>
        {[words.title !== title && words.title, timeOfFact(words)].filter(Boolean).join(' · ')}
      </Text>
    </>
  );
}
