import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';

interface LoadingStateProps {
  /** Said by screen readers, such as "Loading the imports". */
  readonly label: string;
  /** How many blocks to sketch; about as many as will come, so that the page does not jump. */
  readonly blocks?: number;
}

export function LoadingState({ label, blocks = 3 }: LoadingStateProps) {
  return (
    <Stack gap="sm" p="md" role="status">
      <VisuallyHidden>{label}</VisuallyHidden>
      {Array.from({ length: blocks }, (_, index) => index).map((block) => (
        <Skeleton key={block} height={84} />
      ))}
    </Stack>
  );
}
