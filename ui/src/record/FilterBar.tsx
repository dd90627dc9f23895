import { Button, Group, NativeSelect, Switch, TextInput } from '@mantine/core';
import { IconFilterOff } from '@tabler/icons-react';
import { useRef } from 'react';
import type { FactFilters } from './find-facts.ts';
import { useRecord } from './record-context.ts';

interface FilterBarProps {
  readonly filters: FactFilters;
  readonly onChange: (filters: FactFilters) => void;
  /** Whether what is shown can be searched by what it is called. */
  readonly hasText: boolean;
}

/** Two beside each other on a phone; else each as wide as it is. */
const FLEX = { base: '1 1 40%', sm: '0 1 auto' };

/** Narrows what is shown: where it comes from, when it was, what it is, and whether it is new. */
export function FilterBar({ filters, onChange, hasText }: FilterBarProps) {
  const { sources, lastLook } = useRecord();
  const isActive = Object.values(filters).some(Boolean);
  const first = useRef<HTMLSelectElement>(null);
  // The button goes with the last filter: who pressed it goes on at the first one.
  const clear = (): void => {
    onChange({});
    first.current?.focus();
  };
  const change = (part: FactFilters) => onChange({ ...filters, ...part });
  return (
    <Group role="search" aria-label="Filters" align="flex-end" gap="xs">
      <NativeSelect
        ref={first}
        label="Source"
        size="xs"
        flex={FLEX}
        value={filters.source ?? ''}
        onChange={(event) => change({ source: event.currentTarget.value })}
        data={[
          { value: '', label: 'All' },
          ...sources.map(({ namespace, name }) => ({ value: namespace, label: name })),
        ]}
      />
      <TextInput
        label="From"
        size="xs"
        type="date"
        flex={FLEX}
        value={filters.from ?? ''}
        onChange={(event) => change({ from: event.currentTarget.value })}
      />
      <TextInput
        label="Until"
        size="xs"
        type="date"
        flex={FLEX}
        value={filters.to ?? ''}
        onChange={(event) => change({ to: event.currentTarget.value })}
      />
      {hasText && (
        <TextInput
          label="Name or code"
          size="xs"
          flex={FLEX}
          value={filters.text ?? ''}
          onChange={(event) => change({ text: event.currentTarget.value })}
        />
      )}
      {lastLook && (
        <Switch
          label="Only new"
          size="sm"
          pb={4}
          checked={Boolean(filters.since)}
          onChange={(event) => change({ since: event.currentTarget.checked ? lastLook : undefined })}
        />
      )}
      {isActive && (
        <Button size="xs" variant="default" leftSection={<IconFilterOff size={14} aria-hidden />} onClick={clear}>
          Clear
        </Button>
      )}
    </Group>
  );
}
