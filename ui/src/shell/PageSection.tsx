import { Paper, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface PageSectionProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** A part of a page in a frame of its own, found by its title. Beside another it is as high as that one. */
export function PageSection({ title, children }: PageSectionProps) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title} h="100%">
      <Title order={2} size="h4" mb="md">
        {title}
      </Title>
      {children}
    </Paper>
  );
}
