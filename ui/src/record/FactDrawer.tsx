import { Badge, Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { useMedplumProfile } from '@medplum/react-hooks';
import { lazy, Suspense, useState } from 'react';
import { useFocusOnArrival } from '../shell/use-focus-on-arrival.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { describeFact, timeOfFact } from './describe-fact.ts';
import { ConversionNote } from './documents/ConversionNote.tsx';
import { attachmentsOf } from './documents/find-attachments.ts';
import { ClusterPanel } from './duplicates/ClusterPanel.tsx';
import type { Fact } from './find-facts.ts';
import { OriginPanel } from './origin/OriginPanel.tsx';
import { VanishedNote } from './vanished/VanishedMark.tsx';

/** What shows documents comes with the first one. */
const DocumentView = lazy(() =>
  import('./documents/DocumentView.tsx').then((part) => ({ default: part.DocumentView })),
);

/** Medplum's own table of every element, which brings all types of FHIR with it. */
const AllElements = lazy(() => import('./AllElements.tsx').then((part) => ({ default: part.AllElements })));

interface FactDrawerProps {
  /** Nothing is open without one. */
  readonly fact: Fact | undefined;
  readonly onClose: () => void;
}

/** One fact beside the page: what it says, its document, and where it comes from. */
export function FactDrawer({ fact, onClose }: FactDrawerProps) {
  const isStaff = useMedplumProfile()?.resourceType !== 'Patient';
  const words = fact && describeFact(fact);
  const time = words && timeOfFact(words);
  // One fact leads to another: what several sources tell, what it refers to.
  const shown = useFocusOnArrival<HTMLDivElement>(fact?.id);
  const attachments = fact ? attachmentsOf(fact) : [];
  return (
    <Drawer
      opened={fact !== undefined}
      onClose={() => isCovered() || onClose()}
      position="right"
      size={attachments.length > 0 ? 'xl' : 'lg'}
      title={words?.title}
      closeButtonProps={{ 'aria-label': 'Close' }}
      styles={{ title: { fontWeight: 650 } }}
    >
      {fact && words && (
        <Stack key={fact.id} ref={shown} tabIndex={-1} style={{ outline: 'none' }}>
          <Group gap="xs">
            {time && <Text size="sm">{time}</Text>}
            {words.status && (
              <Badge variant="light" color="gray">
                {words.status}
              </Badge>
            )}
            {isStaff && (
              <Text size="sm" c="dimmed">
                {fact.resourceType}
              </Text>
            )}
          </Group>
          {words.details.length > 0 && <Text size="sm">{words.details.join(' · ')}</Text>}
          <VanishedNote fact={fact} />
          {fact.resourceType === 'DocumentReference' && <ConversionNote document={fact} />}
          <Suspense fallback={<LoadingState label="Loading the document" blocks={2} />}>
            {attachments.map((attachment) => (
              <DocumentView
                key={attachment.url ?? attachment.data ?? attachment.title}
                attachment={attachment}
                title={words.title}
              />
            ))}
          </Suspense>
          <ClusterPanel fact={fact} />
          <OriginPanel fact={fact} />
          <Everything fact={fact} />
        </Stack>
      )}
    </Drawer>
  );
}

/** Escape reaches all that is open: what stands above the drawer, as a line of the export, goes first and alone. */
function isCovered(): boolean {
  return document.querySelectorAll('[role="dialog"]').length > 1;
}

/** Every element that was sent, for who asks. */
function Everything({ fact }: { readonly fact: Fact }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <section aria-label="Everything it says">
      <Button variant="default" size="xs" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} mb="xs">
        {isOpen ? 'Hide' : 'Show'} everything it says
      </Button>
      {isOpen && (
        <Suspense fallback={<LoadingState label="Loading everything it says" blocks={2} />}>
          <AllElements fact={fact} />
        </Suspense>
      )}
    </section>
  );
}
