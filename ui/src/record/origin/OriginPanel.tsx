import { ORG_CONNECTION_SYSTEM, SOURCE_META_EXTENSION } from '@fasten-medplum/bridge/contract/identifiers';
import { Anchor, List, Stack, Table, Text, Title } from '@mantine/core';
import type { Provenance, ProvenanceAgent } from '@medplum/fhirtypes';
import { useMedplum, useMedplumProfile } from '@medplum/react-hooks';
import { Fragment, type ReactNode, useCallback } from 'react';
import { Link } from 'react-router';
import { useBridge } from '../../bridge/use-bridge.ts';
import { formatMoment } from '../../format-when.ts';
import { ErrorState } from '../../states/ErrorState.tsx';
import { explainError } from '../../states/explain-error.ts';
import { LoadingState } from '../../states/LoadingState.tsx';
import { ReferenceName } from '../../states/ReferenceName.tsx';
import { useLoaded } from '../../states/use-loaded.ts';
import { FactSource } from '../FactRow.tsx';
import type { Fact } from '../find-facts.ts';
import { useRecord } from '../record-context.ts';
import { AddedCodes } from './AddedCodes.tsx';
import { describeAgent } from './agent-words.ts';
import { findOrigin } from './find-origin.ts';
import { OriginLine } from './OriginLine.tsx';

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
        {origin && !(origin.isPartial && origin.provenances.length === 0) && (
          <Provenances provenances={origin.provenances} />
        )}
        {origin?.isPartial && <Withheld />}
        {origin?.lines.map((entry) => (
          <OriginLine key={`${entry.file} ${entry.offset}`} entry={entry} taskId={origin.task?.id ?? ''} />
        ))}
      </Stack>
    </section>
  );
}

/** An empty place would look as if there were nothing to know. */
function Withheld() {
  const isPatient = useMedplumProfile()?.resourceType === 'Patient';
  return (
    <Text size="sm" c="dimmed" role="note">
      {isPatient
        ? 'Some of its way here is kept for the people who care for you. Ask them if you want to know more.'
        : 'You are not allowed to see all of its way here. Ask an administrator if you should be.'}
    </Text>
  );
}

function Provenances({ provenances }: { readonly provenances: readonly Provenance[] }) {
  if (provenances.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing is kept about its way here: it was entered here, or that is not yours to see.
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

/** Who had a part in it. The source is called here as everywhere on the page. */
function Agent({ agent }: { readonly agent: ProvenanceAgent }) {
  const { sources } = useRecord();
  const { identifier } = agent.who;
  const namespace = identifier?.system === ORG_CONNECTION_SYSTEM ? identifier.value : undefined;
  const source = sources.find((each) => each.namespace === namespace);
  return (
    <>
      {describeAgent(agent)} {source?.name ?? <ReferenceName value={agent.who} otherwise="somebody here" />}
    </>
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
