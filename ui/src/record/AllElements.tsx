import { Box } from '@mantine/core';
import type { Resource } from '@medplum/fhirtypes';
import { ResourceTable } from '@medplum/react';
import { useMedplum } from '@medplum/react-hooks';
import { type MouseEvent, useCallback, useMemo } from 'react';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { useLoaded } from '../states/use-loaded.ts';
import type { Fact } from './find-facts.ts';
import { useRecord } from './record-context.ts';

/** A fact element by element, by the names that FHIR has for them; what is only the server's own is left out. */
export function AllElements({ fact }: { readonly fact: Fact }) {
  const medplum = useMedplum();
  const { open } = useRecord();
  const load = useCallback(() => medplum.requestSchema(fact.resourceType).then(() => true), [medplum, fact]);
  const { value: isKnown, error, reload } = useLoaded(load);
  const told = useMemo((): Resource => {
    const { meta: _, id: __, ...rest } = fact;
    return rest;
  }, [fact]);
  // Medplum's table links to pages that its own app has; here what is referred to opens in place.
  const follow = (event: MouseEvent): void => {
    const href = event.target instanceof Element ? event.target.closest('a')?.getAttribute('href') : undefined;
    const [, type, id] = /^\/([A-Z][A-Za-z]+)\/([\w-]+)$/.exec(href ?? '') ?? [];
    if (!type || !id) return;
    event.preventDefault();
    event.stopPropagation();
    medplum.readResource(type as Fact['resourceType'], id).then(open, () => undefined);
  };
  if (error !== undefined) {
    return <ErrorState title="Its elements could not be loaded" hint={explainError(error)} onRetry={reload} />;
  }
  if (!isKnown) return <LoadingState label="Loading everything it says" blocks={2} />;
  return (
    <Box onClickCapture={follow} fz="sm" style={{ overflowX: 'auto' }} tabIndex={0} role="group" aria-label="Elements">
      <ResourceTable value={told} ignoreMissingValues forceUseInput />
    </Box>
  );
}
