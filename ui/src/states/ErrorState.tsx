import { Alert, Button, Container, Stack, Text } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';

interface ErrorStateProps {
  /** What did not work, in plain words. */
  readonly title: string;
  /** What the reader can do about it. */
  readonly hint: string;
  readonly onRetry: () => void;
}

export function ErrorState({ title, hint, onRetry }: ErrorStateProps) {
  return (
    <Container size="sm" py="md" px={0}>
      <Alert color="red" icon={<IconAlertCircle aria-hidden />} title={title} role="alert">
        <Stack align="flex-start" gap="sm">
          <Text size="sm">{hint}</Text>
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        </Stack>
      </Alert>
    </Container>
  );
}
