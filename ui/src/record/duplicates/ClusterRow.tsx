import { Button, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { namespaceOf } from '../../sources/find-sources.ts';
import { describeFact, timeOfFact } from '../describe-fact.ts';
import { FactRow, FactSource } from '../FactRow.tsx';
import type { Fact } from '../find-facts.ts';
import { useRecord } from '../record-context.ts';
import type { FactCluster } from './find-clusters.ts';
import { KeepApart } from './KeepApart.tsx';
import { describeRule } from './rule-words.ts';

interface ClusterProps {
  readonly cluster: FactCluster;
}

interface ChangingProps extends ClusterProps {
  /** When it was taken apart. */
  readonly onChange: () => void;
}

/** One row for what several sources tell of, with all of them; it unfolds to what each says. */
export function ClusterRow({ fact, cluster, onChange }: ChangingProps & { readonly fact: Fact }) {
  const [isOpen, setOpen] = useState(false);
  const membersId = useId();
  const Icon = isOpen ? IconChevronUp : IconChevronDown;
  const sources = (
    <>
      <ClusterSources cluster={cluster} />
      <Button
        variant="subtle"
        size="compact-xs"
        // Above the row's own button, which covers the whole row.
        pos="relative"
        style={{ zIndex: 1 }}
        rightSection={<Icon size={14} aria-hidden />}
        aria-expanded={isOpen}
        aria-controls={membersId}
        onClick={() => setOpen(!isOpen)}
      >
        {cluster.members.length} records
      </Button>
    </>
  );
  return (
    <FactRow fact={fact} sources={sources}>
      <div id={membersId} hidden={!isOpen}>
        {isOpen && <ClusterMembers cluster={cluster} onChange={onChange} />}
      </div>
    </FactRow>
  );
}

/** Every source that tells of a fact, each once. */
export function FactSources({ fact, cluster }: { readonly fact: Fact; readonly cluster: FactCluster | undefined }) {
  return cluster ? <ClusterSources cluster={cluster} /> : <FactSource fact={fact} />;
}

function ClusterSources({ cluster }: ClusterProps) {
  const bySource = new Map(cluster.members.map((member) => [namespaceOf(member) ?? '', member]));
  return [...bySource].map(([namespace, member]) => <FactSource key={namespace} fact={member} />);
}

/** What each source says of it, and why they are taken for the same. */
export function ClusterMembers({ cluster, onChange }: ChangingProps) {
  const words = cluster.rules.map(describeRule).join('; ');
  return (
    // Above the row's own button, which covers the whole row.
    <Stack gap={4} mt="xs" pos="relative" style={{ zIndex: 1 }}>
      <Text size="xs" c="dimmed">
        {words ? `Shown as one: ${words}.` : 'Shown as one: a person put them together.'}
      </Text>
      {cluster.members.map((member) => (
        <MemberLine key={`${member.resourceType}/${member.id}`} fact={member} />
      ))}
      <KeepApart cluster={cluster} onDone={onChange} />
    </Stack>
  );
}

function MemberLine({ fact }: { readonly fact: Fact }) {
  const { open } = useRecord();
  const words = describeFact(fact);
  const told = [timeOfFact(words), words.status, ...words.details].filter(Boolean);
  return (
    <Group gap={6}>
      <FactSource fact={fact} />
      <UnstyledButton fz="sm" td="underline" onClick={() => open(fact)}>
        {words.title}
      </UnstyledButton>
      <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {told.join(' · ')}
      </Text>
    </Group>
  );
}
