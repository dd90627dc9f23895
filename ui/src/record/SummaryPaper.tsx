import { Anchor, Group, Paper, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

interface SummaryPaperProps {
  readonly label: string;
  /** To the section that has everything. */
  readonly link?: { readonly to: string; readonly text: string } | undefined;
  readonly children: ReactNode;
}

/** A card of the summary: its name, the way to all of it, and a few lines. */
export function SummaryPaper({ label, link, children }: SummaryPaperProps) {
  return (
    <Paper withBorder p="md" component="section" aria-label={label}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {label}
        </Title>
        {link && (
          <Anchor component={Link} to={link.to} size="sm">
            {link.text}
          </Anchor>
        )}
      </Group>
      <Stack gap="xs">{children}</Stack>
    </Paper>
  );
}
