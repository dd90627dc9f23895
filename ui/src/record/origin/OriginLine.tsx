import type { LedgerEntry } from '@fasten-medplum/bridge/contract/ledger-entry';
import { Button, Code, List, Stack, Text } from '@mantine/core';
import { useMedplumProfile } from '@medplum/react-hooks';
import { useState } from 'react';
import { formatCount } from '../../imports/format.ts';
import { DISPOSITION_WORDS } from '../../imports/import-words.ts';
import { RawLine } from '../../imports/RawLine.tsx';
import { describeRepair } from './repair-words.ts';

interface OriginLineProps {
  readonly entry: LedgerEntry;
  readonly taskId: string;
}

/** What became of one line of the export, and the line itself when it is asked for. Patients are told without FHIR's names. */
export function OriginLine({ entry, taskId }: OriginLineProps) {
  const isPatient = useMedplumProfile()?.resourceType === 'Patient';
  const [isOpen, setOpen] = useState(false);
  return (
    <Stack gap={6}>
      {isPatient ? <PlainNotes entry={entry} /> : <LineNotes entry={entry} />}
      <div>
        <Button variant="default" size="xs" onClick={() => setOpen(true)}>
          {isPatient ? 'Show what was sent' : `Show line ${formatCount(entry.line)} as it came`}
        </Button>
      </div>
      <RawLine taskId={taskId} line={isOpen ? entry : undefined} onClose={() => setOpen(false)} />
    </Stack>
  );
}

const KEPT_WORDS = 'changed here and at the source; what stands here was kept';

function LineNotes({ entry }: Pick<OriginLineProps, 'entry'>) {
  const { line, file, disposition, repairs = [], kept = [] } = entry;
  const where = file > 0 ? `Line ${formatCount(line)} of file ${file + 1}` : `Line ${formatCount(line)}`;
  const isAsSent = repairs.length === 0 && kept.length === 0;
  return (
    <>
      <Text size="sm">
        {where} of the export: {DISPOSITION_WORDS[disposition].label.toLowerCase()}
        {isAsSent && ', as it was sent'}
      </Text>
      {!isAsSent && (
        <List size="sm">
          {repairs.map(({ rule, path }) => (
            <List.Item key={`${rule} ${path}`}>
              <Code>{path}</Code>: {describeRepair(rule)}
            </List.Item>
          ))}
          {kept.map((path) => (
            <List.Item key={path}>
              <Code>{path}</Code>: {KEPT_WORDS}
            </List.Item>
          ))}
        </List>
      )}
    </>
  );
}

function PlainNotes({ entry: { repairs = [], kept = [] } }: Pick<OriginLineProps, 'entry'>) {
  const notes = [
    ...new Set([...repairs.map(({ rule }) => describeRepair(rule)), ...(kept.length > 0 ? [KEPT_WORDS] : [])]),
  ];
  if (notes.length === 0) return <Text size="sm">It stands here as it was sent.</Text>;
  return (
    <>
      <Text size="sm">It stands here as it was sent, but for this:</Text>
      <List size="sm">
        {notes.map((note) => (
          <List.Item key={note}>{note}</List.Item>
        ))}
      </List>
    </>
  );
}
