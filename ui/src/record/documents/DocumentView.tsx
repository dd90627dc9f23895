import { Paper, Text } from '@mantine/core';
import type { Attachment } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import { useCallback } from 'react';
import { ErrorState } from '../../states/ErrorState.tsx';
import { explainRefusal } from '../../states/explain-refusal.ts';
import { LoadingState } from '../../states/LoadingState.tsx';
import { useLoaded } from '../../states/use-loaded.ts';
import { DocumentContent } from './DocumentContent.tsx';
import { readDocument } from './read-document.ts';

interface DocumentViewProps {
  readonly attachment: Attachment;
  /** What to call it when it has no title of its own. */
  readonly title: string;
}

const WORDS = {
  'not-found':
    'The link to it has run out, or it is not kept any more. Try again; if that does not help, open the record anew.',
  transient: 'The server did not answer as expected. Try again in a minute.',
};

/** What an attachment stands for, opened in place. */
export function DocumentView({ attachment, title }: DocumentViewProps) {
  const medplum = useMedplum();
  const load = useCallback(async () => ({ document: await readDocument(medplum, attachment) }), [medplum, attachment]);
  const { value, error, reload } = useLoaded(load);
  if (error !== undefined) {
    return <ErrorState title="The document could not be loaded" hint={explainRefusal(error, WORDS)} onRetry={reload} />;
  }
  if (!value) return <LoadingState label="Loading the document" blocks={2} />;
  if (!value.document) {
    return <Text c="dimmed">The health system named this document and did not send what is in it.</Text>;
  }
  return (
    <Paper withBorder p="sm" component="section" aria-label="Document">
      <DocumentContent document={value.document} title={attachment.title ?? title} />
    </Paper>
  );
}
