import { DISPOSITIONS } from '@fasten-medplum/bridge/contract/import-task';
import type { LedgerEntry, VanishedEntry } from '@fasten-medplum/bridge/contract/ledger-entry';
import { ledgerFindingsSchema } from '@fasten-medplum/bridge/contract/ledger-page';
import { Badge, Button, Code, Group, NativeSelect, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { Task } from '@medplum/fhirtypes';
import { useCallback, useState } from 'react';
import { useBridge } from '../bridge/use-bridge.ts';
import { PageButtons } from '../lists/PageButtons.tsx';
import { describeRepair } from '../record/origin/repair-words.ts';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { formatCount } from './format.ts';
import { codesSaying, DISPOSITION_WORDS, describeProblem } from './import-words.ts';
import { RawLine, type RawLineId } from './RawLine.tsx';
import { NEVER_AGAIN_MS, usePolled } from './use-polled.ts';

const PAGE_SIZE = 25;
const TYPING_MS = 400;
const MAX_TEXT = 200;
/** Stands among the endings, since it is looked for as they are. */
const REPAIRED = 'repaired';

/** Every line of the export and what became of it, page by page; each opens as it came. */
export function LedgerTable({ task }: { readonly task: Task }) {
  const bridge = useBridge();
  const [disposition, setDisposition] = useState('');
  const [typed, setTyped] = useState('');
  const [text] = useDebouncedValue(typed, TYPING_MS);
  /** Where the pages begin that were shown before this one. */
  const [cursors, setCursors] = useState<readonly number[]>([0]);
  const [line, setLine] = useState<RawLineId>();
  const { id = '' } = task;
  const load = useCallback(() => {
    // In the body: what somebody looks for may be a source's id.
    const search = {
      text: text.slice(0, MAX_TEXT),
      codes: codesSaying(text),
      ...(disposition === REPAIRED ? { repaired: true } : disposition && { disposition }),
      _count: PAGE_SIZE,
      cursor: cursors.at(-1) ?? 0,
    };
    return bridge.ask('POST', `/imports/${id}/ledger/search`, ledgerFindingsSchema, search);
  }, [bridge, id, cursors, disposition, text]);
  const { value, error, reload } = usePolled(load, NEVER_AGAIN_MS);
  const next = value?.cursor;

  return (
    <Stack>
      <Group gap="xs" align="flex-end">
        <NativeSelect
          label="Ending"
          value={disposition}
          onChange={({ currentTarget }) => {
            setDisposition(currentTarget.value);
            setCursors([0]);
          }}
          data={[
            { value: '', label: 'All' },
            ...DISPOSITIONS.map((each) => ({ value: each, label: DISPOSITION_WORDS[each].label })),
            { value: REPAIRED, label: 'Repaired on the way' },
            { value: 'vanished', label: 'No longer in the export' },
          ]}
        />
        <TextInput
          label="Find"
          description="A type, a part of an id, a reason, an element"
          placeholder="Observation"
          type="search"
          value={typed}
          onChange={({ currentTarget }) => {
            setTyped(currentTarget.value);
            setCursors([0]);
          }}
        />
      </Group>
      {error !== undefined && (
        <ErrorState title="The lines could not be loaded" hint={explainError(error)} onRetry={reload} />
      )}
      {value === undefined && error === undefined && <LoadingState label="Loading the lines" blocks={2} />}
      {value && value.entries.length === 0 && <Text c="dimmed">No line is like this.</Text>}
      {value && value.entries.length > 0 && <EntryTable entries={value.entries} onOpen={setLine} />}
      <PageButtons
        labels={['Earlier lines', 'Later lines']}
        onBack={cursors.length > 1 ? () => setCursors(cursors.slice(0, -1)) : undefined}
        onForth={next === undefined ? undefined : () => setCursors([...cursors, next])}
      />
      <RawLine taskId={id} line={line} onClose={() => setLine(undefined)} />
    </Stack>
  );
}

interface EntryTableProps {
  readonly entries: readonly (LedgerEntry | VanishedEntry)[];
  readonly onOpen: (line: RawLineId) => void;
}

function EntryTable({ entries, onOpen }: EntryTableProps) {
  return (
    <Table verticalSpacing={6} horizontalSpacing={6} aria-label="Lines">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Line</Table.Th>
          <Table.Th>What it is</Table.Th>
          <Table.Th>Ending</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {entries.map((entry) => (
          <Table.Tr key={entry.disposition === 'vanished' ? entry.key : `${entry.file}-${entry.offset}`}>
            <Table.Td>{entry.disposition !== 'vanished' && <OpenLine entry={entry} onOpen={onOpen} />}</Table.Td>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>
              <WhatItIs entry={entry} />
            </Table.Td>
            <Table.Td>
              <Ending disposition={entry.disposition} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function OpenLine({ entry, onOpen }: { readonly entry: LedgerEntry; readonly onOpen: (line: RawLineId) => void }) {
  const number = formatCount(entry.line);
  const { file, line, offset } = entry;
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      aria-label={`Line ${number} as it came`}
      onClick={() => onOpen({ file, line, offset })}
    >
      {file > 0 && `${formatCount(file + 1)}/`}
      {number}
    </Button>
  );
}

function WhatItIs({ entry }: { readonly entry: LedgerEntry | VanishedEntry }) {
  const [type] = entry.key?.split('/') ?? [];
  const repairs = entry.disposition === 'vanished' ? [] : (entry.repairs ?? []);
  const paths = entry.disposition === 'vanished' ? [] : [...(entry.expression ?? []), ...(entry.kept ?? [])];
  return (
    <>
      <b>{type ?? 'Not readable'}</b>
      {entry.code && ` ${describeProblem({ code: entry.code })}`}{' '}
      {paths.map((path) => (
        <Code key={path}>{path}</Code>
      ))}
      {repairs.length > 0 && (
        <Text size="sm" c="dimmed">
          Repaired: {[...new Set(repairs.map(({ rule }) => describeRepair(rule)))].join('; ')}
        </Text>
      )}
    </>
  );
}

function Ending({ disposition }: { readonly disposition: (LedgerEntry | VanishedEntry)['disposition'] }) {
  const { label, color } =
    disposition === 'vanished' ? { label: 'No longer there', color: 'gray' } : DISPOSITION_WORDS[disposition];
  return (
    <Badge variant="light" miw="max-content" color={color}>
      {label}
    </Badge>
  );
}
