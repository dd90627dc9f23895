import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatWhen } from '../../format-when.ts';
import { CcdaNarrative } from './CcdaNarrative.tsx';
import type { CcdaDocument, CcdaSection } from './read-ccda.ts';

interface CcdaViewProps {
  readonly document: CcdaDocument;
  /** The file that the document wraps, where it wraps one. */
  readonly children?: ReactNode;
}

/** A clinical document as its author signed it: head and narrative. */
export function CcdaView({ document, children }: CcdaViewProps) {
  const { title, patient, author, time, sections } = document;
  const head = [patient, author, time && formatWhen(dateOf(time))].filter(Boolean).join(' · ');
  return (
    <Stack gap="sm">
      <div>
        <Title order={3} size="h4">
          {title}
        </Title>
        <Text size="sm" c="dimmed">
          {head}
        </Text>
      </div>
      {children}
      <Sections sections={sections} />
    </Stack>
  );
}

function Sections({ sections }: { readonly sections: readonly CcdaSection[] }) {
  return sections.map((section) => (
    <section key={section.number} aria-label={section.title || 'Section'}>
      {section.title && (
        <Title order={4} size="h5">
          {section.title}
        </Title>
      )}
      {section.narrative ? (
        <CcdaNarrative block={section.narrative} />
      ) : (
        section.sections.length === 0 && <Text c="dimmed">Nothing is written here.</Text>
      )}
      <Sections sections={section.sections} />
    </section>
  ));
}

/** `20200131...` as a FHIR date; less when it says less. */
function dateOf(time: string): string {
  return [time.slice(0, 4), time.slice(4, 6), time.slice(6, 8)].filter(Boolean).join('-');
}
