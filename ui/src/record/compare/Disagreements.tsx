import { Badge, Group, Paper, Stack, Table, Text, Title, UnstyledButton } from '@mantine/core';
import { useMedplum } from '@medplum/react-hooks';
import { namespaceOf } from '../../sources/find-sources.ts';
import { describeFact, timeOfFact } from '../describe-fact.ts';
import { FactSource } from '../FactRow.tsx';
import type { Fact } from '../find-facts.ts';
import { useRecord } from '../record-context.ts';
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
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Group gap={6} mb="xs">
        <Title order={3} size="h5">
          {title}
        </Title>
        <Badge variant="light" color="gray" tt="none">
          {KINDS[type] ?? type}
        </Badge>
      </Group>
      <Table.ScrollContainer minWidth={0} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing={6} horizontalSpacing={8} layout="fixed" miw={100 + 130 * voices.length}>
          <Table.Thead>
            <Table.Tr>
              <Table.Td w={100} />
              {voices.map(({ fact }) => (
                <Table.Th key={fact.id} scope="col">
                  <Voice fact={fact} title={title} />
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {elements.map((element) => (
              <Table.Tr key={element}>
                <Table.Th scope="row" fw={500}>
                  {element}
                </Table.Th>
                {voices.map(({ fact, says }) => (
                  <Table.Td key={fact.id} style={{ overflowWrap: 'anywhere' }}>
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
      </Table.ScrollContainer>
    </Paper>
  );
}

/** Whose word it is; a click shows all of it and where it comes from. */
function Voice({ fact, title }: { readonly fact: Fact; readonly title: string }) {
  const medplum = useMedplum();
  const { open, sources } = useRecord();
  const name = sources.find(({ namespace }) => namespace === namespaceOf(fact))?.name ?? 'what was entered here';
  const words = describeFact(fact);
  const openWhole = async (): Promise<void> => {
    // For comparing only some of it was read.
    open(await medplum.readResource(fact.resourceType, fact.id).catch(() => fact));
  };
  return (
    <>
      <UnstyledButton onClick={() => void openWhole()} aria-label={`${title}: open ${name}`} maw="100%">
        <FactSource fact={fact} />
      </UnstyledButton>
      <Text size="xs" c="dimmed" fw={400} lineClamp={2}>
        {[words.title !== title && words.title, timeOfFact(words)].filter(Boolean).join(' · ')}
      </Text>
    </>
  );
}
