import { Badge, Box, Group, Paper, Text, UnstyledButton } from '@mantine/core';
import { getReferenceString } from '@medplum/core';
import type { ReactNode } from 'react';
import rowClasses from '../imports/ImportRow.module.css';
import { namespaceOf } from '../sources/find-sources.ts';
import { SourceBadge } from '../sources/SourceBadge.tsx';
import { describeFact, timeOfFact } from './describe-fact.ts';
import classes from './FactRow.module.css';
import type { Fact } from './find-facts.ts';
import { useRecord } from './record-context.ts';
import { VanishedMark } from './vanished/VanishedMark.tsx';

/** Statuses that say nothing worth a badge: the usual one of their type. */
const USUAL = new Set(['completed', 'final', 'finished', 'current', 'confirmed']);

interface FactRowProps {
  readonly fact: Fact;
  /** In place of the fact's own source. */
  readonly sources?: ReactNode;
  /** Below the fact. */
  readonly children?: ReactNode;
}

/** One fact of the record. Its name is the button that shows where it comes from, and covers the whole row. */
export function FactRow({ fact, sources = <FactSource fact={fact} />, children }: FactRowProps) {
  const { open } = useRecord();
  const words = describeFact(fact);
  return (
    <Paper role="listitem" withBorder px="md" py="xs" className={rowClasses.row ?? ''}>
      <Box className={classes.columns ?? ''}>
        <div>
          <Group gap={6}>
            <UnstyledButton fw={600} className={rowClasses.link ?? ''} onClick={() => open(fact)} maw="100%">
              {words.title}
            </UnstyledButton>
            {words.status && !USUAL.has(words.status) && (
              <Badge variant="light" color={words.status === 'active' ? 'blue' : 'gray'}>
                {words.status}
              </Badge>
            )}
            <NewBadge fact={fact} />
          </Group>
          {words.details.length > 0 && (
            <Text size="sm" c="dimmed" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
              {words.details.join(' · ')}
            </Text>
          )}
        </div>
        <Group gap="2px 8px">
          <Text size="sm" miw={92}>
            {timeOfFact(words)}
          </Text>
          {sources}
        </Group>
      </Box>
      {children}
    </Paper>
  );
}

/** Where a fact came in, and whether it still does. */
export function FactSource({ fact }: { readonly fact: Fact }) {
  const { sources } = useRecord();
  const namespace = namespaceOf(fact);
  const unnamed = namespace && { namespace, name: namespace, color: 'gray' };
  return (
    <>
      <SourceBadge source={sources.find((source) => source.namespace === namespace) ?? (unnamed || undefined)} />{' '}
      <VanishedMark fact={fact} />
    </>
  );
}

/** Marks what was stored since the reader last looked, and what had come before and is told differently since. */
export function NewBadge({ fact }: { readonly fact: Fact }) {
  const { lastLook, changed } = useRecord();
  const isLater = (moment = ''): boolean => Date.parse(moment) > Date.parse(lastLook ?? '');
  return (
    isLater(fact.meta?.lastUpdated) && (
      <Badge variant="light" color="green">
        {isLater(changed.get(getReferenceString(fact))) ? 'Changed' : 'New'}
      </Badge>
    )
  );
}
