import { SOURCE_META_EXTENSION } from '@fasten-medplum/bridge/contract/identifiers';
import type { LedgerEntry } from '@fasten-medplum/bridge/contract/ledger-entry';
import { Anchor, Button, Code, List, Stack, Table, Text, Title } from '@mantine/core';
import type { Provenance, ProvenanceAgent } from '@medplum/fhirtypes';
import { ResourceName } from '@medplum/react';
import { useMedplum } from '@medplum/react-hooks';
import { Fragment, type ReactNode, useCallback, useState } from 'react';
import { Link } from 'react-router';
import { useBridge } from '../../bridge/use-bridge.ts';
import { formatMoment } from '../../format-when.ts';
import { formatCount } from '../../imports/format.ts';
import { DISPOSITION_WORDS } from '../../imports/import-words.ts';
import { RawLine } from '../../imports/RawLine.tsx';
import { ErrorState } from '../../states/ErrorState.tsx';
import { explainError } from '../../states/explain-error.ts';
import { LoadingState } from '../../states/LoadingState.tsx';
import { useLoaded } from '../../states/use-loaded.ts';
import { FactSource } from '../FactRow.tsx';
import type { Fact } from '../find-facts.ts';
import { AddedCodes } from './AddedCodes.tsx';
import { findOrigin } from './find-origin.ts';
import { describeRepair } from './repair-words.ts';

/** Where a fact comes from: who said it, how it came here, what was changed on the way, and the line as it was sent. */
export function OriginPanel({ fact }: { readonly fact: Fact }) {
  const medplum = useMedplum();
  const bridge = useBridge();
  const load = useCallback(() => findOrigin(medplum, bridge, fact), [medplum, bridge, fact]);
  const { value: origin, error, reload } = useLoaded(load);
  const said = saidBySource(fact);
  return (
    <section aria-label="Where it comes from">
      <Stack gap="sm">
        <Title order={3} size="h5">
          Where it comes from
        </Title>
        <Table variant="vertical" layout="fixed">
          <Table.Tbody>
            <Row label="Source">
              <FactSource fact={fact} />
            </Row>
            {said.lastUpdated && <Row label="Changed there">{formatMoment(said.lastUpdated)}</Row>}
            {said.retrieved && <Row label="Retrieved">{formatMoment(said.retrieved)}</Row>}
            <Row label="Stored here">{formatMoment(fact.meta?.lastUpdated)}</Row>
            {origin?.task && (
              <Row label="Import">
                <Anchor component={Link} to={`/imports/${origin.task.id}`} size="sm">
                  Open the import
                </Anchor>
              </Row>
            )}
          </Table.Tbody>
        </Table>
        {error !== undefined && (
          <ErrorState title="Its origin could not be loaded" hint={explainError(error)} onRetry={reload} />
        )}
        {!origin && error === undefined && <LoadingState label="Loading where it comes from" blocks={1} />}
        <AddedCodes fact={fact} />
        {origin && <Provenances provenances={origin.provenances} />}
        {origin?.lines.map((entry) => (
          <Line key={`${entry.file} ${entry.offset}`} entry={entry} taskId={origin.task?.id ?? ''} />
        ))}
      </Stack>
    </section>
  );
}

function Provenances({ provenances }: { readonly provenances: readonly Provenance[] }) {
  if (provenances.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No Provenance names it: it was entered in Medplum, or you may not see where it comes from.
      </Text>
    );
  }
  return (
    <List size="sm" listStyleType="none" spacing={4}>
      {provenances.map((provenance) => (
        <List.Item key={provenance.id}>
          {formatMoment(provenance.recorded)}:{' '}
          {provenance.agent.map((agent, index) => (
            <Fragment key={`${agent.type?.coding?.[0]?.code} ${agent.who.display ?? agent.who.reference}`}>
              {index > 0 && ', '}
              <Agent agent={agent} />
            </Fragment>
          ))}
        </List.Item>
      ))}
    </List>
  );
}

function Agent({ agent: { type, who } }: { readonly agent: ProvenanceAgent }) {
  const role = type?.coding?.[0]?.code;
  return (
    <>
      {who.display ?? <ResourceName value={who} inherit span />}
      {role && ` (${role})`}
    </>
  );
}

/** What became of one line of the export, and the line itself when it is asked for. */
function Line({ entry, taskId }: { readonly entry: LedgerEntry; readonly taskId: string }) {
  const { line, file, disposition, repairs = [], kept = [] } = entry;
  const [isOpen, setOpen] = useState(false);
  const where = file > 0 ? `Line ${formatCount(line)} of file ${file + 1}` : `Line ${formatCount(line)}`;
  return (
    <Stack gap={6}>
      <Text size="sm">
        {where} of the export: {DISPOSITION_WORDS[disposition].label.toLowerCase()}
        {repairs.length === 0 && kept.length === 0 && ', as it was sent'}
      </Text>
      {(repairs.length > 0 || kept.length > 0) && (
        <List size="sm">
          {repairs.map(({ rule, path }) => (
            <List.Item key={`${rule} ${path}`}>
              <Code>{path}</Code>: {describeRepair(rule)}
            </List.Item>
          ))}
          {kept.map((path) => (
            <List.Item key={path}>
              <Code>{path}</Code>: changed here and at the source; what stands here was kept
            </List.Item>
          ))}
        </List>
      )}
      <div>
        <Button variant="default" size="xs" onClick={() => setOpen(true)}>
          Show line {formatCount(line)} as it came
        </Button>
      </div>
      <RawLine taskId={taskId} line={isOpen ? entry : undefined} onClose={() => setOpen(false)} />
    </Stack>
  );
}

function Row({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th w={130}>{label}</Table.Th>
      <Table.Td>{children}</Table.Td>
    </Table.Tr>
  );
}

/** What the source said in `meta`, which the bridge keeps beside Medplum's own. */
function saidBySource({ meta }: Fact): { readonly lastUpdated?: string; readonly retrieved?: string } {
  const ours = meta?.extension?.find(({ url }) => url === SOURCE_META_EXTENSION)?.extension ?? [];
  const told = ours.flatMap(({ url, valueString }) => (valueString === undefined ? [] : [[url, valueString] as const]));
  return Object.fromEntries(told);
}
