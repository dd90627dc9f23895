import { Button, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Action } from './use-action.ts';

interface ActionButtonProps {
  readonly action: Action<[]>;
  readonly icon: ReactNode;
  readonly label: string;
  /** What somebody should know before they press it. */
  readonly hint?: string;
}

/** A button that stands by itself; below it why it was not done. */
export function ActionButton({ action: { act, isBusy, problem }, icon, label, hint }: ActionButtonProps) {
  return (
    <Stack gap={4} align="flex-start" mt="sm">
      <Button size="xs" variant="default" loading={isBusy} onClick={() => act()} leftSection={icon}>
        {label}
      </Button>
      {hint !== undefined && (
        <Text size="sm" c="dimmed">
          {hint}
        </Text>
      )}
      {problem !== undefined && (
        <Text size="sm" role="alert">
          {problem}
        </Text>
      )}
    </Stack>
  );
}
